// How far a suggested rule would have reached: the calls of the past that it would have allowed, and what had become of them.

import type { Policy } from '../../kernel/ports.ts';
import { isAbout } from '../lint/probes.ts';
import type { Rule } from '../rule.ts';
import { decideAgain } from './decide-again.ts';
import type { Past, PastCall } from './past-call.ts';
import { eachCall } from './replay.ts';

/** Calls that a rule would have allowed and today's policy does not. */
export interface Blast {
  readonly calls: number;
  readonly approved: number;
  readonly declined: number;
  /** Asked, and nobody answered. */
  readonly unanswered: number;
  /** Refused without a question. */
  readonly refused: number;
  /** Whose calls they were; a few of them. */
  readonly agents: readonly string[];
}

/** A rule, the policy with it in place, and what it reached so far. */
export interface Trial {
  readonly rule: Rule;
  readonly policy: Policy;
  blast: Blast;
}

const agentsMax = 10;

/** Judges the past under today's policy and under each of the trials whose rule is about a call. */
export async function measureBlast(past: AsyncIterable<Past>, policy: Policy, trials: readonly Trial[]): Promise<void> {
  if (trials.length === 0) return;
  const today = decideAgain(policy);
  await eachCall(past, async (call) => {
    const moment = today.momentOf(call);
    const { verdict } = today.decide(call);
    if (verdict === 'allow') return;
    const { action, caller } = call;
    for (const trial of trials) {
      const isReached =
        action.effects.some((effect) => isAbout(trial.rule, effect)) &&
        trial.policy.decide(action, caller, moment).verdict === 'allow';
      if (isReached) trial.blast = withCall(trial.blast, call);
    }
  });
}

function withCall(blast: Blast, { answer, verdict, caller }: PastCall): Blast {
  const isKnown = blast.agents.includes(caller.agent) || blast.agents.length >= agentsMax;
  const reached = {
    ...blast,
    calls: blast.calls + 1,
    agents: isKnown ? blast.agents : [...blast.agents, caller.agent],
  };
  switch (answer.kind) {
    case 'approved':
      return { ...reached, approved: blast.approved + 1 };
    case 'declined':
      return { ...reached, declined: blast.declined + 1 };
    case 'expired':
    case 'cancelled':
      return { ...reached, unanswered: blast.unanswered + 1 };
    case 'none':
      return verdict === 'deny' ? { ...reached, refused: blast.refused + 1 } : reached;
    default:
      return answer.kind satisfies never;
  }
}
