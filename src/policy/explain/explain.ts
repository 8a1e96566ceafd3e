// Why a call is decided as it is: each effect, where in the call it comes from, the rules that were looked at, the one that
// wins, and for a refusal the least that would have to change. The decision itself is the policy's own, never made here.

import type { Action, Caller, Decision, Effect, Moment, Verdict } from '../../kernel/types.ts';
import { type Finding, strictness } from '../judge.ts';
import type { LoadedPolicy } from '../load-policy.ts';
import { type Advice, adviceFor } from './advice.ts';
import { type Looked, rulesLookedAt } from './looked-at.ts';

/** A part of the text of a command: UTF-16 offsets, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What one layer says about one effect. */
export interface LayerSays {
  readonly policy: string;
  readonly path: string;
  /** `silent`: no rule is about it, and none has to be. `missing`: none opens it, and one has to. */
  readonly verdict: Verdict | 'silent' | 'missing';
  readonly looked: readonly Looked[];
}

export interface ExplainedEffect {
  readonly effect: Effect;
  /** Where in the command it comes from; null where that is not known, or the call is no command. */
  readonly span: Span | null;
  readonly layers: readonly LayerSays[];
}

export interface Explanation {
  readonly decision: Decision;
  readonly effects: readonly ExplainedEffect[];
  /** Layers that are not about the caller, and so had no say. */
  readonly silent: readonly { readonly policy: string; readonly path: string }[];
  readonly advice: readonly Advice[];
}

/** Explains one decision. `spans` are parallel to the effects of the action; what is missing there is not known. */
export async function explain(
  action: Action,
  caller: Caller,
  moment: Moment,
  policy: LoadedPolicy,
  spans: readonly (Span | undefined)[],
): Promise<Explanation> {
  const examination = policy.examine(action, caller, moment);
  const { decision, judgement, layers } = examination;
  const about = new Set(layers.map(({ layer }) => layer));
  const effects = action.effects.map((effect, index): ExplainedEffect => {
    const said = judgement.findings.filter((finding) => finding.effect === effect);
    const isMissing = (finding: Finding) =>
      judgement.uncovered.some((one) => one.effect === effect && one.policy === finding.layer.policy);
    return { effect, span: spans[index] ?? null, layers: said.flatMap((one) => saysOf(one, policy, isMissing(one))) };
  });
  const silent = policy.files.filter(({ layer }) => !about.has(layer));
  return {
    decision,
    effects,
    silent: silent.map(({ path, content }) => ({ policy: content.policy, path })),
    advice: await adviceFor({ action, caller, moment, policy }, examination),
  };
}

function saysOf(finding: Finding, policy: LoadedPolicy, isMissing: boolean): readonly LayerSays[] {
  const file = policy.files.find(({ layer }) => layer === finding.layer);
  if (file === undefined) return [];
  const [strictest] = [...finding.rules].sort((a, b) => strictness[b.verdict] - strictness[a.verdict]);
  const verdict = isMissing ? 'missing' : (strictest?.verdict ?? 'silent');
  return [{ policy: finding.layer.policy, path: file.path, verdict, looked: rulesLookedAt(file, finding) }];
}
