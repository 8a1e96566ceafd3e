// One entry of a test file, understood once: what is decided again and again, under the policy and under each mutant of it.

import type { Classified, Classifier, Policy } from '../../kernel/ports.ts';
import type { Caller, Moment, Verdict } from '../../kernel/types.ts';
import type { Place } from '../../kernel/yaml/read-yaml.ts';
import { nameInside } from './make-workspace.ts';
import type { ReadTestFile } from './read-test-file.ts';
import type { TestCase, Who, Workspace } from './test-schema.ts';
import { spellCall, understandCall } from './understand-call.ts';

/** A call in its circumstances, and what must come of it. */
export interface Situation {
  readonly path: string;
  readonly place: Place;
  readonly expected: Verdict;
  readonly source: TestCase;
  /** The call in one line. */
  readonly call: string;
  readonly caller: Caller;
  readonly understood: Classified;
  /** The moment in which a policy decides; each policy counts rules of its own. */
  momentFor(policy: Policy): Moment;
}

/** Monday noon, UTC: always the same, so that a test does not change its mind overnight. */
const defaultNow = Date.parse('2026-01-05T12:00:00Z');

const verdicts = ['allow', 'ask', 'deny'] as const;

/** Understands every call of a test file in the workspace `workspace` (real and absolute). */
export async function understandAll(
  { path, content, places }: ReadTestFile,
  workspace: string,
  classifier: Classifier,
): Promise<readonly Situation[]> {
  const situations: Situation[] = [];
  for (const [index, source] of content.cases.entries()) {
    const who = { ...content.as, ...source.as };
    const caller = callerFor(who, workspace);
    for (const expected of verdicts) {
      for (const [position, call] of (source[expected] ?? []).entries()) {
        const understood = await understandCall(call, caller, classifier);
        const inputs = labelsOfFiles(understood, content.workspace);
        situations.push({
          path,
          place: places.ofValue(['cases', index, expected, position]),
          expected,
          source,
          call: spellCall(call),
          caller,
          understood,
          momentFor: (policy) => ({ ...momentOf(who, policy), inputs }),
        });
      }
    }
  }
  return situations;
}

function callerFor(who: Who, workspace: string): Caller {
  const { agent = 'main', channel = 'cli', sender = 'someone', roles = [], trigger = 'message' } = who;
  return {
    agent,
    session: `agent:${agent}:test`,
    run: 'policy-test',
    requestedBy: `agent:${agent}`,
    sender,
    roles,
    channel,
    trigger,
    labels: [...new Set(who.labels)].sort(),
    spent: who.spent ?? { calls: 0, tokens: 0 },
    workspace,
  };
}

/** Names of counted rules that `used` may hold: `rule`, or `policy/rule` where two policies have one of that name. */
export const usedNames = (policy: string, rule: string): readonly string[] => [rule, `${policy}/${rule}`];

function momentOf({ at, used = {} }: Who, policy: Policy): Omit<Moment, 'inputs'> {
  const usesOf = (names: readonly string[]) => Math.max(0, ...names.map((name) => used[name] ?? 0));
  return {
    now: at === undefined ? defaultNow : Date.parse(at),
    used: policy.counted.map(({ policy: named, rule }) => usesOf(usedNames(named, rule))),
  };
}

/** Labels of the files that the call reads, directly or below a directory. */
function labelsOfFiles(understood: Classified, workspace: Workspace | undefined): readonly string[] {
  const labelled = Object.entries(workspace?.labels ?? {});
  if (understood.kind === 'unclear' || labelled.length === 0) return [];
  const read = understood.action.effects.flatMap((effect) => (effect.kind === 'read' ? [effect.path] : []));
  const isRead = (name: string) => read.some((path) => path === '.' || name === path || name.startsWith(`${path}/`));
  return [...new Set(labelled.flatMap(([name, labels]) => (isRead(nameInside(name) ?? name) ? labels : [])))].sort();
}
