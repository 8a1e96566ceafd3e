// What the runs of the crash harness do: which calls, how people answer them. All of it follows from the number of a plan,
// so that a process that goes on with a run has its model say what the dead one's would have said.

import { digestOf } from '../../src/kernel/canonical.ts';
import { defaultApprovalTerms } from '../../src/kernel/limits.ts';
import type { Model, Policy } from '../../src/kernel/ports.ts';
import type { Call, Decision, UseLimit } from '../../src/kernel/types.ts';
import { decisionOf, policyDigest } from '../fixtures/ports.ts';
import { between, oneOf, randomFrom } from '../soak/random.ts';

/** What a call wants to see happen to it. */
export const wishes = [
  ...(['allow', 'allow', 'counted', 'deny', 'approve', 'approve', 'two', 'decline', 'either'] as const),
  ...(['edit', 'edit-or-approve', 'standing', 'standing', 'nothing', 'preview', 'preview'] as const),
] as const;
export type Wish = (typeof wishes)[number];

export interface Wanted {
  readonly wants: Wish;
  readonly name: string;
  /** Private: no record holds it. */
  readonly token: string;
}

/** Uses of the rule that is counted, in one home. */
export const countedMax = 6;
const counted: UseLimit = { policy: 'crash', rule: 'counted', max: countedMax, windowMs: 86_400_000 };

/** How long questions wait: those that nobody answers end soon. */
const patienceMs = 300;
const longMs = 600_000;

/** The turns of a plan, each with its calls. */
export function turnsOf(plan: number): readonly (readonly Call[])[] {
  const random = randomFrom(plan);
  return Array.from({ length: between(random, 1, 3) }, (_, turn) =>
    Array.from({ length: between(random, 1, 4) }, (__, index) => callOf(`c${turn}-${index}`, plan, random)),
  );
}

/** The one call of a run without a model. */
export const onlyCallOf = (plan: number): Call => callOf('only', plan, randomFrom(plan));

function callOf(id: string, plan: number, random: () => number): Call {
  const wants = oneOf(random, wishes) ?? 'allow';
  // Identical calls of one session: what an approval that stands is for.
  const name = wants === 'standing' ? `standing-${between(random, 1, 3)}` : `${plan}-${id}`;
  const token = random() < 0.2 ? `of-nobody-${plan}-${id}` : '';
  return { id, tool: 'effect', args: { wants, name, ...(token === '' ? {} : { token }) } };
}

/** A model that says what the plan in the first message says. */
export const plannedModel: Model = {
  name: 'planned',
  async *stream({ messages }) {
    const [first] = messages;
    const turns = turnsOf(first?.role === 'user' ? Number(first.text) : 0);
    const calls = turns[messages.filter(({ role }) => role === 'assistant').length] ?? [];
    yield { kind: 'text', text: `${calls.length} calls` };
    for (const call of calls) yield { kind: 'call', call };
    const usage = { inputTokens: 1, outputTokens: 1 };
    yield { kind: 'stop', reason: calls.length > 0 ? 'calls' : 'done', because: '', usage };
  },
};

/** Judges a call by what it wants. */
export const plannedPolicy: Policy = {
  digest: policyDigest,
  counted: [counted],
  decide({ args }, _caller, { used }): Decision {
    const { wants } = wantedIn(args);
    if (wants === 'deny' || (wants === 'counted' && (used[0] ?? 0) >= countedMax)) return decisionOf('deny');
    if (wants === 'allow') return decisionOf('allow');
    if (wants === 'counted') return { ...decisionOf('allow'), uses: [counted] };
    const withinMs = wants === 'nothing' ? patienceMs : longMs;
    const terms = { ...defaultApprovalTerms, count: wants === 'two' ? 2 : 1, withinMs };
    return { ...decisionOf('ask'), terms, preview: wants === 'preview' };
  },
};

/** What the arguments of a call say that it wants; whoever cannot read it wants nothing. */
export function wantedIn(args: { readonly [name: string]: unknown }): Wanted {
  const wants = wishes.find((wish) => wish === args.wants) ?? 'deny';
  return { wants, name: String(args.name), token: String(args.token ?? '') };
}

/** A number that looks random and belongs to a text. */
export const numberOf = (text: string): number => Number.parseInt(digestOf(text).slice(-8), 16);
