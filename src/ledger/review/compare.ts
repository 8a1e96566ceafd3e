// What is different between two runs: what they were asked, which calls they made, and what became of those that both made.
// Calls are aligned as sequences, by what was called with which arguments.

import { diffArrays } from 'diff';
import { canonicalJson } from '../../kernel/canonical.ts';
import { spellEffect } from './spell.ts';
import { type CallStory, callsOf, type RunStory } from './story.ts';
import { decisionText } from './tree.ts';

/** One thing that is not the same. */
export interface Difference {
  /** What of a run or call, such as `verdict`. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export type ComparedCall =
  | { readonly kind: 'same'; readonly before: CallStory; readonly after: CallStory }
  | {
      readonly kind: 'changed';
      readonly before: CallStory;
      readonly after: CallStory;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'removed'; readonly before: CallStory }
  | { readonly kind: 'added'; readonly after: CallStory };

export interface Comparison {
  readonly run: readonly Difference[];
  /** In the order of both runs. */
  readonly calls: readonly ComparedCall[];
}

/** More calls than this are compared one by one from their start: aligning them takes time that grows with their product. */
const alignedMax = 5_000;

/** Compares two runs. */
export function compareRuns(before: RunStory, after: RunStory): Comparison {
  return {
    run: differencesOf(aboutRun(before), aboutRun(after)),
    calls: aligned(callsOf(before), callsOf(after)),
  };
}

function aligned(before: readonly CallStory[], after: readonly CallStory[]): readonly ComparedCall[] {
  const isAlignable = before.length + after.length <= alignedMax;
  const parts = isAlignable ? diffArrays(before.map(keyOf), after.map(keyOf)) : [];
  const compared: ComparedCall[] = [];
  const left = [...before];
  const right = [...after];
  const takeBoth = (count: number) => {
    for (const [index, one] of left.splice(0, count).entries()) {
      const other = right[index];
      if (other !== undefined) compared.push(comparedCall(one, other));
    }
    right.splice(0, count);
  };
  for (const { added, removed, count } of parts) {
    if (removed) compared.push(...left.splice(0, count).map((one): ComparedCall => ({ kind: 'removed', before: one })));
    else if (added)
      compared.push(...right.splice(0, count).map((one): ComparedCall => ({ kind: 'added', after: one })));
    else takeBoth(count);
  }
  takeBoth(Math.min(left.length, right.length));
  compared.push(...left.map((one): ComparedCall => ({ kind: 'removed', before: one })));
  compared.push(...right.map((one): ComparedCall => ({ kind: 'added', after: one })));
  return compared;
}

/** Calls with the same key are the same proposal. */
const keyOf = ({ tool, args, proposed }: CallStory): string =>
  canonicalJson({ tool, args: args ?? null, proposed: Object.keys(args ?? {}).length === 0 ? proposed : '' });

function comparedCall(before: CallStory, after: CallStory): ComparedCall {
  const differences = differencesOf(aboutCall(before), aboutCall(after));
  const proposals = keyOf(before) === keyOf(after) ? [] : [{ what: 'call', before: before.what, after: after.what }];
  const all = [...proposals, ...differences];
  return all.length === 0 ? { kind: 'same', before, after } : { kind: 'changed', before, after, differences: all };
}

type About = { readonly [what: string]: string };

const aboutRun = ({ message, model, policy, caller, phase, because }: RunStory): About => ({
  asked: message,
  model,
  policy,
  agent: caller.agent,
  sender: caller.sender,
  labels: caller.labels.join(', '),
  workspace: caller.workspace,
  end: because === '' ? phase : `${phase}: ${because}`,
});

/** Durations are never the same, and so is a digest, which covers the session. */
const aboutCall = (call: CallStory): About => ({
  decision: decisionText(call, null),
  effects: call.effects.map(spellEffect).join('; '),
  grants: canonicalJson(call.grants),
  labels: call.labels.join(', '),
  outcome: call.because === '' ? call.end : `${call.end}: ${call.because}`,
  output: call.output === null ? '' : call.output.sha256 || call.output.text,
  'files changed': call.changed.map(({ path, what }) => `${path} ${what}`).join('; '),
  'files written': call.wrote.map(({ path, what }) => `${path} ${what}`).join('; '),
  connections: call.connections
    .map(({ host, port, method, status }) => `${method} ${host}:${port} ${status}`)
    .join('; '),
});

const differencesOf = (before: About, after: About): readonly Difference[] =>
  Object.keys(before).flatMap((what) => {
    const [one = '', other = ''] = [before[what], after[what]];
    return one === other ? [] : [{ what, before: one, after: other }];
  });
