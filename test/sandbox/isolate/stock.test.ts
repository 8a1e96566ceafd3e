import { expect, test } from 'vitest';
import type { Contents, PreparedIsolate } from '../../../src/sandbox/isolate/prepared-isolate.ts';
import { createStock, stockMax } from '../../../src/sandbox/isolate/stock.ts';

/** A stock of isolates that do nothing but exist, and what became of each. */
function observedStock(usualMiB = 512) {
  const made: (PreparedIsolate & Omit<Contents, 'std'>)[] = [];
  const disposed = new Set<PreparedIsolate>();
  let making = 0;
  let makingMost = 0;
  const stock = createStock(usualMiB, async (contents) => {
    making += 1;
    makingMost = Math.max(making, makingMost);
    await null;
    making -= 1;
    const isolate = {
      ...contents,
      hear: () => {},
      start: () => {},
      deliver: () => {},
      dispose: async () => void disposed.add(isolate),
    };
    made.push(isolate);
    return isolate;
  });
  const fill = async () => {
    while (await stock.refill());
  };
  return { stock, made, disposed, fill, makingMost: () => makingMost };
}

test('no isolate is handed out twice', async () => {
  const { stock, fill } = observedStock();
  const taken = new Set<unknown>();
  for (let call = 1; call <= 20; call += 1) {
    if (call % 3 === 0) await fill();
    taken.add(await stock.take(call % 2 === 0 ? 512 : 64, 'program'));
    expect(taken.size).toBe(call);
  }
});

test('an isolate with another heap than asked for is never handed out', async () => {
  const { stock, fill } = observedStock();
  await fill();
  expect((await stock.take(64, '')).memoryMiB).toBe(64);
  expect((await stock.take(512, '')).memoryMiB).toBe(512);
});

test('isolates are made one at a time and never more than the stock holds', async () => {
  const { stock, made, disposed, makingMost } = observedStock();
  await Promise.all(Array.from({ length: 20 }, () => stock.refill()));
  for (let call = 0; call < 20; call += 1) await stock.refill();
  expect(makingMost()).toBe(1);
  expect(made.length - disposed.size).toBe(stockMax);
});

test('the stock follows the heaps that calls ask for, and lets go of others', async () => {
  const { stock, made, disposed, fill } = observedStock();
  await fill();
  await stock.take(64, '');
  await stock.take(128, '');
  await fill();
  const waiting = made.filter((each) => !disposed.has(each)).map(({ memoryMiB }) => memoryMiB);
  expect(disposed.size).toBe(stockMax);
  expect(waiting.filter((each) => each === 512)).toEqual([]);
  expect(stock.isEmpty()).toBe(false);
});

test('programs of the last calls are compiled ahead, but none that is very long', async () => {
  const { stock, made, fill } = observedStock();
  await stock.take(512, 'a');
  await stock.take(512, 'x'.repeat(100_000));
  for (let call = 0; call < 20; call += 1) await stock.take(512, `b${call % 3}`);
  await fill();
  expect(made.at(-1)?.programs).toEqual(['b1', 'b0', 'b2', 'a']);
});
