// `sallyport audit output`: all that a call printed or returned, also where it lies beside its record.

import { systemClock } from '../kernel/system-clock.ts';
import { outputText, wholeOutput } from '../ledger/beside/whole-output.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText } from './screen.ts';

/** The output of one record; as a failure where it is not whole any more. */
export function showOutput(record: string): Action {
  return async ({ settings, screen }) => {
    const { store, ledger } = await openLedger(settings.home, systemClock);
    try {
      const [found] = /^\d{1,15}$/.test(record) ? await ledger.show(record) : [];
      if (found?.body.output === undefined) {
        const what = found === undefined ? `there is no record \`${record}\`` : `record ${record} has no output`;
        process.stderr.write(`sallyport: ${what}: give the number of a \`call-finished\` from \`audit list\`\n`);
        return exitCode.failed;
      }
      const output = await wholeOutput(found.body, store);
      screen.result(screen.isJson ? jsonText(output) : harmless(outputText(output)));
      return output.kind === 'whole' ? exitCode.done : exitCode.failed;
    } finally {
      await store.close();
    }
  };
}
