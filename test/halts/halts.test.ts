import { expect, onTestFinished, test } from 'vitest';
import { createHalts, haltText } from '../../src/halts/halts.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { intrude, openStore, temporaryStore } from '../fixtures/temporary-store.ts';

const redact = (text: string) => text.replaceAll('hunter2', '***');

async function halts() {
  const { path, store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  return { path, store, ledger, halts: createHalts(store, systemClock, redact) };
}

const newest = { before: null, run: null, call: null, digest: null, type: null, limit: 10 };

test('an agent is halted for every process, over restarts, until somebody lets go', async () => {
  const { path, ledger, halts: here } = await halts();
  expect(await here.reason('main')).toBe('');
  expect(await here.halt('main', 'ann', 'it looped, hunter2')).toBe(true);
  expect(await here.halt('main', 'bob', '')).toBe(false);
  const there = createHalts(await openStore(path), systemClock, redact);
  expect(await there.reason('main')).toMatch(
    /agent `main` is halted by ann since 20.* \(it looped, \*\*\*\): an operator/,
  );
  expect(await there.reason('other')).toBe('');
  expect(await there.resume('other', 'ann', {})).toBe(false);
  expect(await there.resume('main', 'ann', { kind: 'none' })).toBe(true);
  expect(await there.resume('main', 'ann', { kind: 'none' })).toBe(false);
  expect(await here.reason('main')).toBe('');
  const records = (await ledger.list(newest)).map(({ type, body }) => [type, body.agent, body.by]);
  expect(records).toEqual([
    ['resumed', 'main', 'ann'],
    ['halted', 'main', 'ann'],
  ]);
});

test('a halt of everybody stops each agent, and letting one go does not undo it', async () => {
  const { halts: here } = await halts();
  await here.halt('', 'ann', '');
  await here.halt('main', 'ann', '');
  await here.resume('main', 'ann', {});
  expect(await here.reason('main')).toMatch(/^all agents are halted by ann/);
  await here.resume('', 'ann', {});
  expect(await here.list()).toEqual([]);
});

test('P3: a halt that nobody can read is a halt', async () => {
  const { path, halts: here } = await halts();
  await here.halt('main', 'ann', 'x');
  const intruder = await intrude(path);
  await intruder.run(`UPDATE notes SET document = '{"by":7}'`);
  expect(await here.reason('main')).toMatch(/halted by somebody/);
  await intruder.run(`UPDATE notes SET document = 'what'`);
  await expect(here.reason('main')).rejects.toThrow(/damaged/);
});

test('who watches is told when another process halts the agent, and no longer once it stopped watching', async () => {
  const { path, halts: here } = await halts();
  const there = createHalts(await openStore(path), systemClock, redact);
  const { promise, resolve } = Promise.withResolvers<string>();
  const told: string[] = [];
  onTestFinished(here.watch('main', resolve));
  const stop = here.watch('main', (because) => told.push(because));
  const others = here.watch('other', (because) => told.push(because));
  stop();
  await there.halt('main', 'ann', 'now');
  expect(await promise).toContain('(now)');
  expect(told).toEqual([]);
  others();
});

test('who begins to watch a halted agent is told', async () => {
  const { halts: here } = await halts();
  await here.halt('', 'ann', '');
  const { promise, resolve } = Promise.withResolvers<string>();
  onTestFinished(here.watch('main', resolve));
  expect(await promise).toContain('all agents');
});

test('the text names the widest halt', () => {
  const one = { agent: 'main', by: 'ann', because: '', at: 0 };
  expect(haltText([], 'main')).toBe('');
  expect(haltText([one], 'other')).toBe('');
  expect(haltText([one, { ...one, agent: '', by: 'bob' }], 'main')).toContain('by bob');
});
