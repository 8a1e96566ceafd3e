// How long what lies beside the records is kept, and taking it away when that is over: with a record that says so, and never
// in the way of a call. The records themselves stay for ever.

import { ledgerEntry } from '../../kernel/ledger-entry.ts';
import type { Clock } from '../../kernel/ports.ts';
import { nothingPrivate } from '../../kernel/private-parts.ts';
import { draftRecord } from '../../kernel/record-draft.ts';
import type { BesideCount, Store } from '../../kernel/store.ts';

/** How long each is kept, in milliseconds; null for ever. */
export interface Retention {
  readonly outputsMs: number | null;
  readonly saltsMs: number | null;
}

/** What was taken away, or would be. */
export interface Pruned extends BesideCount {
  /** What is older was taken away, in milliseconds since the epoch; null where all is kept. */
  readonly outputsBefore: number | null;
  readonly saltsBefore: number | null;
}

/** What there is to prune now. */
export async function prunable(store: Store, retention: Retention, now: number): Promise<Pruned> {
  const before = (ms: number | null) => (ms === null ? null : Math.max(0, Math.trunc(now - ms)));
  const [outputsBefore, saltsBefore] = [before(retention.outputsMs), before(retention.saltsMs)];
  const count = await store.countBeside({ outputs: outputsBefore ?? 0, salts: saltsBefore ?? 0 });
  return { ...count, outputsBefore, saltsBefore };
}

/** Prunes what is over. Writes nothing where there is nothing. `by` is whoever did it. */
export async function prune(store: Store, retention: Retention, now: number, by: string): Promise<Pruned> {
  const found = await prunable(store, retention, now);
  if (found.outputs === 0 && found.salts === 0) return found;
  const entry = ledgerEntry('ledger-pruned', { by, ...found }, { redact: (text) => text, findPrivate: nothingPrivate });
  const age = { outputs: found.outputsBefore ?? 0, salts: found.saltsBefore ?? 0 };
  await store.pruneBeside(age, draftRecord(entry, Math.trunc(now)));
  return found;
}

/** Pruning that goes on as long as a kernel is open. */
export interface Pruning {
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

const pauseMs = 6 * 3_600_000;

/** Prunes now and every six hours, beside everything else. What goes wrong is told, and tried again the next time. */
export function startPruning(
  store: Store,
  retention: Retention,
  clock: Clock,
  by: string,
  tell: (message: string) => void,
): Pruning {
  const over = new AbortController();
  const work = async () => {
    while (!over.signal.aborted) {
      try {
        await prune(store, retention, clock.now(), by);
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        tell(`what is older than \`ledger.retention\` allows was not pruned: ${because}`);
      }
      await clock.sleep(pauseMs, over.signal);
    }
  };
  const keepsAll = retention.outputsMs === null && retention.saltsMs === null;
  const working = keepsAll ? Promise.resolve() : work();
  return {
    async close() {
      over.abort();
      await working;
    },
  };
}
