// Which calls two policies decide differently. Nothing is proved: the calls that are tried are the examples of both, the
// situations of their tests, and what agents did before. Each difference comes with calls that show it.

import type { Policy } from '../../kernel/ports.ts';
import type { Action, Caller, Decision, Moment } from '../../kernel/types.ts';
import type { LoadedPolicy } from '../load-policy.ts';
import type { Situation } from '../testing/situation.ts';
import { type Changes, collectChanges } from './changes.ts';
import { decideAgain } from './decide-again.ts';
import { exampleCalls } from './example-calls.ts';
import { giftsBeside } from './gifts.ts';
import type { Past } from './past-call.ts';
import { eachCall, exampleOf, type Looked } from './replay.ts';

/** What is tried beside the examples of both policies. */
export interface Corpus {
  readonly situations: readonly Situation[];
  readonly past: AsyncIterable<Past>;
}

export interface PolicyDiff {
  readonly before: string;
  readonly after: string;
  /** How many of each were tried. */
  readonly tried: { readonly examples: number; readonly tests: number; readonly ledger: Looked };
  readonly changes: Changes;
}

/** Decides every call of the corpus under both policies. */
export async function diffPolicies(before: LoadedPolicy, after: LoadedPolicy, corpus: Corpus): Promise<PolicyDiff> {
  const changes = collectChanges();
  const compare = (one: Decision, other: Decision, example: ReturnType<typeof exampleOf>) =>
    changes.add(one, other, giftsBeside(one, other), example);
  const both = (action: Action, caller: Caller, momentFor: (policy: Policy) => Moment, call: string) => {
    const decide = (policy: Policy) => policy.decide(action, caller, momentFor(policy));
    compare(decide(before), decide(after), { call, answer: 'none' });
  };

  const examples = await exampleCalls([...before.files, ...after.files]);
  for (const { action, caller, now, text } of examples) {
    const unused = (policy: Policy): Moment => ({ now, used: policy.counted.map(() => 0), inputs: [] });
    both(action, caller, unused, `${text}${spellOccasion(caller)}`);
  }
  const understood = corpus.situations.flatMap((situation) => {
    const { understood: read } = situation;
    return read.kind === 'understood' ? [{ situation, action: read.action }] : [];
  });
  for (const { action, situation } of understood) {
    const { caller, call, momentFor } = situation;
    both(action, caller, momentFor, `${call}${spellOccasion(caller)}`);
  }
  const [again, anew] = [decideAgain(before), decideAgain(after)];
  const ledger = await eachCall(corpus.past, async (call) => {
    compare(again.decide(call), anew.decide(call), exampleOf(call));
  });
  return {
    before: before.digest,
    after: after.digest,
    tried: { examples: examples.length, tests: understood.length, ledger },
    changes: changes.changes(),
  };
}

/** What is unusual about the caller, so that the example can be understood. */
function spellOccasion({ agent, channel, sender, roles, trigger, labels }: Caller): string {
  const told = [
    ...(agent === 'main' ? [] : [`agent ${agent}`]),
    ...(channel === 'cli' ? [] : [`channel ${channel}`]),
    ...(sender === 'someone' ? [] : [`sender ${sender}`]),
    ...(roles.length === 0 ? [] : [`roles ${roles.join(', ')}`]),
    ...(trigger === 'message' ? [] : [`trigger ${trigger}`]),
    ...(labels.length === 0 ? [] : [`labels ${labels.join(', ')}`]),
  ];
  return told.length === 0 ? '' : `  (${told.join('; ')})`;
}
