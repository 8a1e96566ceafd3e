import { expect, test } from 'vitest';
import { labelOrigins } from '../../src/approvals/label-origins.ts';
import type { LedgerRow, RecordQuery } from '../../src/kernel/store.ts';

type Written = readonly [type: string, call: string, body: object | string];

/** Records as a store hands them out, two at a time. */
const storeOf = (...records: Written[]) => ({
  records: async ({ from, type, run, call }: RecordQuery): Promise<readonly LedgerRow[]> =>
    records
      .map(([kind, id, body], index) => ({
        ...{ seq: index + 1, hash: '', at: 0, type: kind, run: 'r', call: id, digest: null },
        text: typeof body === 'string' ? body : JSON.stringify({ body: { call: id, ...body } }),
      }))
      .filter((row) => row.seq > (from ?? 0) && row.type === type && run === 'r' && (call ?? row.call) === row.call)
      .slice(0, 2),
});
const finished = (call: string, ...labels: string[]): Written => ['call-finished', call, { outcome: 'ok', labels }];
const intended = (call: string, tool: string, args: object): Written => ['call-intended', call, { tool, args }];
const asked = { run: 'r', labels: ['private', 'untrusted'] };

test('a label that no call of the run brought was there before', async () => {
  expect(await labelOrigins(storeOf(), asked)).toEqual([
    { label: 'private', call: null },
    { label: 'untrusted', call: null },
  ]);
  expect(await labelOrigins(storeOf(finished('c1', 'untrusted')), { run: 'r', labels: [] })).toEqual([]);
});

test('records that cannot be read, and calls that were refused, bring nothing', async () => {
  const store = storeOf(
    ['call-finished', 'c1', 'no json'],
    ['call-finished', 'c2', { outcome: 'ok' }],
    ['call-finished', 'c3', { outcome: 'refused', labels: ['untrusted'] }],
  );
  expect((await labelOrigins(store, asked)).map(({ call }) => call)).toEqual([null, null]);
});

test('a label is told with the first call that brought it', async () => {
  const store = storeOf(
    intended('c1', 'list', { path: '.' }),
    finished('c1'),
    intended('c2', 'read', { path: 'notes.md' }),
    finished('c2', 'untrusted'),
    intended('c3', 'read', { path: 'x'.repeat(500) }),
    finished('c3', 'untrusted', 'private'),
  );
  const [secret, untrusted] = await labelOrigins(store, asked);
  expect(untrusted).toEqual({ label: 'untrusted', call: { id: 'c2', what: 'read {"path":"notes.md"}' } });
  expect(secret?.call?.id).toBe('c3');
  expect(secret?.call?.what).toMatch(/x\.\.\.$/);
});
