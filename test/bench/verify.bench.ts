import { hash } from 'node:crypto';
import { join } from 'node:path';
import { signingParts } from '../../src/cli/ledger-keys.ts';
import { openLedger } from '../../src/cli/open-ledger.ts';
import type { Store } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { writeCheckpoint } from '../../src/ledger/write-checkpoint.ts';
import { type Figure, percentile, rateFigure, timeFigure, timesOf } from './measure.ts';

const records = 300_000;
const fresh = 1_000;
const body = { tool: 'exec', args: { command: "'git' 'status'" }, note: 'x'.repeat(700) };

/** Records verified per second, and what a checkpoint over new records takes, beside the least each of them has to do. */
export async function benchVerify(directory: string): Promise<readonly Figure[]> {
  const home = join(directory, 'verify-home');
  const { store, ledger } = await openLedger(home, systemClock);
  const add = (count: number) =>
    Promise.all(Array.from({ length: count }, () => ledger.append({ type: 'call-refused', body })));
  for (let done = 0; done < records; done += fresh) await add(fresh);
  const signing = signingParts(home, store, ledger);
  await writeCheckpoint(signing);
  const checkpoints: number[] = [];
  for (let turn = 0; turn < 9; turn += 1) {
    await add(fresh);
    const startedAt = performance.now();
    await writeCheckpoint(signing);
    checkpoints.push(performance.now() - startedAt);
  }
  const count = (await store.head())?.seq ?? 0;
  const middle = (times: readonly number[]) =>
    percentile(
      [...times].sort((a, b) => a - b),
      0.5,
    );
  const perSecond = (times: readonly number[]) => count / (middle(times) / 1_000);
  const hashing = await timesOf(3, 1, () => everyPage(store, count, hashLines));
  const scanning = await timesOf(3, 1, () => everyPage(store, count, () => {}));
  const verifying = await timesOf(3, 1, async () => {
    const found = await ledger.verify(null);
    if (!found.isSound) throw new Error(found.problem);
  });
  const memory = process.memoryUsage().rss / 1_048_576;
  await store.close();
  const rate = perSecond(verifying);
  return [
    rateFigure('records verified', rate, 200_000, perSecond(hashing), 'read and hashed once, one thread'),
    rateFigure('records verified', rate, 200_000, perSecond(scanning), 'read alone'),
    timeFigure(
      'a checkpoint over 1,000 new records',
      middle(checkpoints),
      'ms',
      50,
      (middle(hashing) / count) * fresh,
      'read and hashed once',
    ),
    {
      name: 'memory after that',
      value: memory,
      unit: 'MiB',
      floor: 100,
      floorName: 'Node itself, about',
      aim: '≤ 400 MiB',
      isMet: memory <= 400,
    },
  ];
}

async function everyPage(store: Store, count: number, work: (text: Uint8Array) => void): Promise<void> {
  for (let after = 0; after < count; ) {
    const { until, text } = await store.texts(after, Math.min(after + 4_096, count));
    work(text);
    after = until;
  }
}

function hashLines(text: Uint8Array): void {
  let start = 0;
  for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10, start)) {
    hash('sha256', text.subarray(start, end), 'hex');
    start = end + 1;
  }
}
