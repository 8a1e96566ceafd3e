// `sallyport policy shadow`: what policies on trial said differently while calls were made. Nothing is judged again.

import { summariseTrials } from '../policy/history/replay.ts';
import type { Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { type HistoryOptions, withHistory } from './history.ts';
import { jsonText } from './screen.ts';
import { lookedText, showChanges, spellCalls, spellNumber } from './show-changes.ts';

/** Sums up the judgements of policies on trial in the ledger. */
export function showShadows(options: HistoryOptions): (context: Context) => Promise<number> {
  return async (context) => {
    const { screen } = context;
    const report = await withHistory(options, context, ({ past }) => summariseTrials(past()));
    if (screen.isJson) {
      screen.result(jsonText(report));
      return exitCode.done;
    }
    screen.result(lookedText(report));
    for (const { policy, calls, changes } of report.trials) {
      const { same, looser, tighter } = changes;
      screen.result(`\n${screen.colours.bold(policy)} was on trial for ${spellCalls(calls)}`);
      screen.result(
        `it agreed about ${spellNumber(same)}, and would have been looser about ${spellNumber(looser)}, tighter about ${spellNumber(tighter)}`,
      );
      showChanges(changes, screen);
    }
    if (report.trials.length === 0) {
      screen.result('no policy was on trial: name one with --shadow, or under `shadow` in config.yaml');
    }
    return exitCode.done;
  };
}
