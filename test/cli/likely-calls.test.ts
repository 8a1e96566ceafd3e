import { expect, test } from 'vitest';
import { likelyGrants } from '../../src/cli/likely-calls.ts';
import { noGrants } from '../../src/kernel/limits.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { JsonObject } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const who = { agent: 'main', workspace: '/w' };
const grants = (read: string) => JSON.parse(JSON.stringify({ ...noGrants, read: [read] }));

async function after(...bodies: JsonObject[]) {
  const { store } = await temporaryStore();
  const ledger = createLedger(store, systemClock);
  for (const body of bodies)
    await ledger.append({ type: 'call-intended', body: { sandbox: 'container', policy: 'p', caller: who, ...body } });
  return (await likelyGrants(ledger, who, 'p')).map(({ read }) => read[0]);
}

test('nothing is likely in an empty ledger', async () => {
  expect(await after()).toEqual([]);
});

test.each<[string, JsonObject]>([
  ['of another agent', { caller: { ...who, agent: 'other' } }],
  ['of another workspace', { caller: { ...who, workspace: '/elsewhere' } }],
  ['under another policy', { policy: 'q' }],
  ['in an isolate', { sandbox: 'isolate' }],
  ['of a script, which comes with places of its own', { script: { image: '' }, grants: grants('a') }],
  ['with grants that are none', { grants: { read: 'everything' } }],
  ['without grants', { grants: null }],
])('a call %s says nothing about the next', async (_name, other) => {
  expect(await after({ grants: grants('a'), ...other })).toEqual([]);
});

test('the latest calls come first, each kind once, and not more than a few', async () => {
  const made = ['a', 'b', 'b', 'c', 'd', 'a'].map((read) => ({ grants: grants(read) }));
  expect(await after(...made)).toEqual(['a', 'd', 'c']);
});
