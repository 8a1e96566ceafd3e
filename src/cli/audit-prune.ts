// `sallyport audit prune`: takes away what lies beside the records for longer than the configuration says.

import { userInfo } from 'node:os';
import { systemClock } from '../kernel/system-clock.ts';
import { type Pruned, prunable, prune } from '../ledger/beside/retention.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { retentionOf } from './retention.ts';
import { jsonText } from './screen.ts';

/** Prunes outputs and salts; the records stay, and one more says what was taken away. */
export function pruneLedger({ dryRun }: { dryRun: boolean }): Action {
  return async ({ settings, screen }) => {
    const retention = retentionOf(settings);
    if (retention.outputsMs === null && retention.saltsMs === null) {
      throw new UsageError(
        'nothing is ever pruned: set `ledger.retention` in config.yaml, such as `{ outputs: 30d, salts: 365d }`',
      );
    }
    const { store } = await openLedger(settings.home, systemClock);
    try {
      const now = systemClock.now();
      const found = dryRun
        ? await prunable(store, retention, now)
        : await prune(store, retention, now, userInfo().username);
      screen.result(screen.isJson ? jsonText({ ...found, dryRun }) : prunedText(found, dryRun));
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

function prunedText({ outputs, outputBytes, salts, outputsBefore, saltsBefore }: Pruned, dryRun: boolean): string {
  const before = (at: number | null) =>
    at === null ? 'are kept for ever' : `from before ${new Date(at).toISOString()}`;
  const counted = [
    `${outputs} outputs (${outputBytes} bytes) ${before(outputsBefore)}`,
    `${salts} salts ${before(saltsBefore)}`,
  ].join(', ');
  return `${dryRun ? 'would prune' : 'pruned'} ${counted}`;
}
