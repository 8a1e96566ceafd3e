// What people were asked about and approved, gathered by what exactly was asked: the commands, paths or requests that today's
// policy asks about. A decline starts the count anew. Memory is bounded.

import type { Action, Caller, Effect, Moment } from '../../kernel/types.ts';
import { narrowPattern } from '../explain/narrow-pattern.ts';
import { commandOf } from '../explain/suggested-rule.ts';
import type { Judgement } from '../judge.ts';
import type { LoadedPolicy } from '../load-policy.ts';
import { decideAgain } from './decide-again.ts';
import type { Past, PastCall } from './past-call.ts';
import { eachCall, type Looked } from './replay.ts';

/** A rule that asked, by its file and its name. */
export interface AskingRule {
  readonly policy: string;
  readonly rule: string;
}

/** What was asked about in one go, again and again. */
export interface Approved {
  readonly effects: readonly Effect[];
  /** The rules of today that ask about it. */
  readonly asking: readonly AskingRule[];
  readonly approvals: number;
  readonly by: readonly string[];
  /** Moments of the first and the last approval. */
  readonly first: number;
  readonly last: number;
  /** One of the calls, to try a policy on. */
  readonly sample: { readonly action: Action; readonly caller: Caller; readonly moment: Moment };
}

export interface Approvals extends Looked {
  readonly approved: readonly Approved[];
  /** Commands that people declined or that were refused, by program. */
  readonly unwanted: ReadonlyMap<string, readonly string[]>;
  /** Approved calls that no rule shall open: rules ask only under conditions or show a preview, or what was asked about cannot be named. */
  readonly conditional: number;
  readonly unsuitable: number;
}

const groupsMax = 10_000;
const programsMax = 1_000;
const unwantedMax = 5;

interface Growing extends Omit<Approved, 'approvals' | 'by' | 'first' | 'last'> {
  approvals: number;
  readonly by: Set<string>;
  first: number;
  last: number;
}

/** Gathers what people approved and what today's policy still asks about. */
export async function gatherApprovals(past: AsyncIterable<Past>, policy: LoadedPolicy): Promise<Approvals> {
  const groups = new Map<string, Growing>();
  const unwanted = new Map<string, string[]>();
  const left = { conditional: 0, unsuitable: 0 };
  const again = decideAgain(policy);
  const isConditional = conditionalRules(policy);

  const looked = await eachCall(past, async (call) => {
    const moment = again.momentOf(call);
    const { verdict } = again.decide(call);
    if (call.answer.kind === 'declined' || (!call.ran && call.verdict === 'deny')) note(unwanted, call);
    const isAnswered = call.answer.kind === 'approved' || call.answer.kind === 'declined';
    if (verdict !== 'ask' || !isAnswered) return;
    const { judgement } = policy.examine(call.action, call.caller, moment);
    const { effects, asking } = askedIn(judgement);
    const names = effects.map(nameOf);
    const key = JSON.stringify(names.toSorted());
    if (call.answer.kind === 'declined') {
      groups.delete(key);
      return;
    }
    if (asking.some(isConditional)) left.conditional += 1;
    else if (names.includes(undefined)) left.unsuitable += 1;
    else {
      const group = groups.get(key) ?? (groups.size < groupsMax ? begun(effects, asking, call, moment) : undefined);
      if (group === undefined) return;
      groups.set(key, group);
      group.approvals += 1;
      group.last = call.at;
      for (const person of call.answer.by) group.by.add(person);
    }
  });
  const approved = [...groups.values()].map((group) => ({ ...group, by: [...group.by].sort() }));
  return { ...looked, ...left, approved, unwanted };
}

const begun = (
  effects: readonly Effect[],
  asking: readonly AskingRule[],
  { action, caller, at }: PastCall,
  moment: Moment,
): Growing => ({
  effects,
  asking,
  approvals: 0,
  by: new Set(),
  first: at,
  last: at,
  sample: { action, caller, moment },
});

/** The effects that a layer asks about, each once, and the rules that do. */
export function askedIn({ findings }: Judgement): Pick<Approved, 'effects' | 'asking'> {
  const asked = findings.filter(({ rules }) => rules[0]?.verdict === 'ask');
  const asking = new Map<string, AskingRule>();
  for (const { rules } of asked) {
    for (const { reference, verdict } of rules) {
      if (verdict !== 'ask') continue;
      const { policy, rule } = reference;
      asking.set(JSON.stringify([policy, rule]), { policy, rule });
    }
  }
  const effects = [...new Set(asked.map(({ effect }) => effect))];
  return { effects: distinct(effects), asking: [...asking.values()] };
}

function distinct(effects: readonly Effect[]): readonly Effect[] {
  const byName = new Map(effects.map((effect) => [nameOf(effect) ?? JSON.stringify(effect), effect]));
  return [...byName.values()];
}

/**
 * The effect as a pattern names it; undefined where a rule would open more than people saw: what is said to somebody, what a
 * tool is told, what is sent along with a request, and what only the moment knows.
 */
export function nameOf(effect: Effect): string | undefined {
  const isNamed =
    effect.kind === 'run' ||
    effect.kind === 'read' ||
    effect.kind === 'write' ||
    (effect.kind === 'connect' && (effect.method === 'GET' || effect.method === 'HEAD'));
  const named = isNamed ? narrowPattern(effect) : undefined;
  return named !== undefined && 'pattern' in named ? `${effect.kind} ${named.pattern}` : undefined;
}

/**
 * Rules that ask under conditions, such as labels: an exception would take them back under all. With a preview people
 * approved what they saw changed, and not the command.
 */
export function conditionalRules({ files }: LoadedPolicy): (rule: AskingRule) => boolean {
  const conditional = new Set(
    files.flatMap(({ content }) =>
      content.rules.flatMap(({ id, when, preview }) =>
        when === undefined && preview === undefined ? [] : [JSON.stringify([content.policy, id])],
      ),
    ),
  );
  return ({ policy, rule }) => conditional.has(JSON.stringify([policy, rule]));
}

function note(unwanted: Map<string, string[]>, { action }: PastCall): void {
  for (const effect of action.effects) {
    if (effect.kind !== 'run') continue;
    const program = effect.argv[0] ?? '';
    const known = unwanted.get(program) ?? [];
    const text = commandOf(effect.argv, effect.assignments);
    const isNew = known.length < unwantedMax && text.length <= 200 && !known.includes(text);
    if (isNew && (unwanted.has(program) || unwanted.size < programsMax)) unwanted.set(program, [...known, text]);
  }
}
