// `sallyport policy replay`: what today's rules would have made of the calls in the ledger. Nothing is run or recorded.

import type { Policy } from '../kernel/ports.ts';
import { replay } from '../policy/history/replay.ts';
import type { Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { type HistoryOptions, withHistory } from './history.ts';
import { openJudge } from './open-judge.ts';
import { jsonText } from './screen.ts';
import { lookedText, showChanges, spellCalls, spellNumber } from './show-changes.ts';

/** Options of the command. */
export interface PolicyReplayOptions extends HistoryOptions {
  readonly policy: readonly string[];
}

/** Judges the calls of the ledger again, each under the policy of its agent, or all under the named files. */
export function replayLedger(options: PolicyReplayOptions): (context: Context) => Promise<number> {
  return async (context) => {
    const { settings, screen } = context;
    const { policyFor } = await openJudge(settings, options.policy);
    const digests = new Set<string>();
    const digested = async (agent: string): Promise<Policy> => {
      const policy = await policyFor(agent);
      digests.add(policy.digest);
      return policy;
    };
    // A policy that does not load is said before the ledger is read.
    await policyFor(options.agent ?? 'main');
    const report = await withHistory(options, context, ({ past }) => replay(past(), digested));
    const { changes, ...looked } = report;
    if (screen.isJson) {
      screen.result(jsonText({ ...looked, policies: [...digests], ...changes }));
      return exitCode.done;
    }
    const { same, looser, tighter } = changes;
    screen.result(lookedText(looked));
    if (looked.calls > 0) {
      screen.result(
        `${spellCalls(same)} decided as they were; ${spellNumber(looser)} more loosely, ${spellNumber(tighter)} more tightly`,
      );
    }
    showChanges(changes, screen);
    return exitCode.done;
  };
}
