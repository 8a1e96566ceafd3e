import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeSearchIndex, withSearchIndex } from '../../../src/cli/open-search.ts';
import { catchUp, type RecordSource } from '../../../src/ledger/search/catch-up.ts';
import { intrude, unseal } from '../../fixtures/temporary-store.ts';
import { callerOf, never, noon, openPlace } from './harness.ts';

const exec = (run: string, command: string, more: object = {}) => ({
  ...{ call: 'call-1', tool: 'exec', verdict: 'allow', args: { command } },
  ...more,
  caller: callerOf(run),
});

/** How often a word is in the index. */
const timesIn = (home: string, word: string): Promise<unknown> =>
  withSearchIndex(home, async (index) => {
    await index.script("CREATE VIRTUAL TABLE temp.counts USING fts5vocab ('main', 'entries', 'row')");
    const [counted] = await index.all('SELECT cnt FROM temp.counts WHERE term = ?', word);
    return counted?.cnt;
  });

test('nothing is found in an empty ledger', async () => {
  const { find } = await openPlace();
  expect(await find('anything')).toEqual({ hits: [], isCut: false });
  expect(await find('')).toEqual({ hits: [], isCut: false });
});

test('a record that lacks one of the words is not found', async () => {
  const { append, seqs } = await openPlace();
  await append('call-intended', exec('run-1', 'git push origin main'));
  expect(await seqs('push staging')).toEqual([]);
  expect(await seqs('"origin push"')).toEqual([]);
  expect(await seqs('pus')).toEqual([]);
  expect(await seqs('push -origin')).toEqual([]);
});

test('no phrase reaches from one text of a record into another', async () => {
  const { append, seqs } = await openPlace();
  await append('call-intended', exec('run-1', '', { args: { first: 'rotate the', second: 'database keys' } }));
  expect(await seqs('"the database"')).toEqual([]);
  expect(await seqs('"database keys" rotate')).toEqual([1]);
});

test('the value of one field is not found as that of another, nor as text', async () => {
  const { append, seqs } = await openPlace();
  await append('call-intended', exec('run-1', 'echo agent:other verdict:deny'));
  expect(await seqs('agent:other')).toEqual([]);
  expect(await seqs('verdict:deny')).toEqual([]);
  expect(await seqs('tool:main')).toEqual([]);
});

test('words, phrases, beginnings, case and accents are found, newest first', async () => {
  const { append, seqs } = await openPlace();
  await append('call-intended', exec('run-1', 'git push origin main'));
  await append('call-intended', exec('run-1', 'kubectl get pods'));
  await append('call-intended', exec('run-1', 'echo Déjà-vu PUSH'));
  expect(await seqs('push')).toEqual([3, 1]);
  expect(await seqs('kube*')).toEqual([2]);
  expect(await seqs('"push origin"')).toEqual([1]);
  expect(await seqs('deja')).toEqual([3]);
  expect(await seqs('push -origin')).toEqual([3]);
  expect(await seqs('')).toEqual([3, 2, 1]);
});

test('scripts without spaces are found by what they contain', async () => {
  const { append, seqs } = await openPlace();
  await append('call-refused', exec('run-1', '', { because: '数据库连接超时' }));
  expect(await seqs('连接')).toEqual([1]);
  expect(await seqs('接连')).toEqual([]);
});

test('records are found by fields, folders and domains', async () => {
  const { append, seqs } = await openPlace();
  await append('run-started', { run: 'run-1', message: 'deploy', caller: callerOf('run-1', 'ci') });
  const effects = [
    { kind: 'tool', name: 'http', standing: 'implied' },
    { kind: 'write', path: 'src/api/main.ts', absolute: '/w/src/api/main.ts', standing: 'own' },
    { kind: 'connect', host: 'eu.api.example.com', port: 443, method: 'GET', url: 'https://…', standing: 'own' },
  ];
  await append('call-refused', { call: 'c1', tool: 'http', verdict: 'deny', effects, caller: callerOf('run-1', 'ci') });
  await append('approval-answered', { run: 'run-1', call: 'c1', answer: 'decline', by: 'bob', approval: 'k7f2' });
  await append('halted', { agent: 'ops', by: 'eve', because: 'it looks wrong', at: noon });
  expect(await seqs('agent:ops person:eve type:halted')).toEqual([4]);
  expect(await seqs('path:src/api')).toEqual([2]);
  expect(await seqs('path:./src/')).toEqual([2]);
  expect(await seqs('path:/w/src')).toEqual([2]);
  expect(await seqs('path:api')).toEqual([]);
  expect(await seqs('host:example.com')).toEqual([2]);
  expect(await seqs('host:ple.com')).toEqual([]);
  expect(await seqs('person:bob')).toEqual([3]);
  expect(await seqs('outcome:refused verdict:DENY')).toEqual([2]);
  // The record of an answer does not name the agent; its run does.
  expect(await seqs('agent:ci')).toEqual([3, 2, 1]);
  expect(await seqs('agent:ci person:ann type:approval-answered approval:k7f2')).toEqual([3]);
});

test('times are exact, also where clocks went back', async () => {
  const { append, seqs } = await openPlace();
  await append('call-refused', exec('run-1', 'one'), noon - 7_200_001);
  await append('call-refused', exec('run-1', 'two'), noon - 7_200_000);
  await append('call-refused', exec('run-1', 'three'), noon - 86_400_000);
  await append('call-refused', exec('run-1', 'four'), noon);
  expect(await seqs('since:2h')).toEqual([4, 2]);
  expect(await seqs('since:2h', 1)).toEqual([4]);
  expect(await seqs('until:2026-11-19')).toEqual([3]);
  expect(await seqs('since:2026-11-21')).toEqual([]);
});

test('a hit says where it matched', async () => {
  const { append, find } = await openPlace();
  await append('call-refused', exec('run-1', `${'x '.repeat(100)}git Push  origin${' y'.repeat(100)}`));
  const { hits } = await find('"push origin"');
  expect(hits[0]?.where).toMatchObject({ place: 'args.command', match: 'Push  origin' });
  expect(hits[0]?.where?.before).toMatch(/^….* git $/);
  expect((await find('tool:exec')).hits[0]?.where).toBe(null);
});

test('more than the limit is said', async () => {
  const { append, find } = await openPlace();
  for (const name of ['a', 'b', 'c']) await append('call-refused', exec('run-1', `same ${name}`));
  expect((await find('same', 2)).isCut).toBe(true);
  expect((await find('same', 3)).isCut).toBe(false);
});

test('an index of another ledger is thrown away, however long it is', async () => {
  const one = await openPlace();
  await one.append('call-refused', exec('run-1', 'mine'));
  await one.append('call-refused', exec('run-1', 'mine'));
  expect(await one.seqs('mine')).toEqual([2, 1]);
  const other = await openPlace();
  await other.append('call-refused', exec('run-1', 'theirs'));
  await other.append('call-refused', exec('run-1', 'theirs'));
  await other.append('call-refused', exec('run-1', 'theirs'));
  await withSearchIndex(one.home, async (index) => {
    const reached = await catchUp(index, other.store, () => {}, never);
    expect(reached).toEqual(await other.store.head());
    expect(await index.all('SELECT rowid FROM entries WHERE entries MATCH ?', 'words : "mine"')).toEqual([]);
    expect(await index.all('SELECT rowid FROM entries WHERE entries MATCH ?', 'words : "theirs"')).toHaveLength(3);
  });
});

test('an index that is no database is made anew', async () => {
  const place = await openPlace();
  await place.append('call-refused', exec('run-1', 'here'));
  writeFileSync(join(place.home, 'search.db'), 'x'.repeat(8_192));
  expect(await place.seqs('here')).toEqual([1]);
  expect(statSync(join(place.home, 'search.db')).mode & 0o777).toBe(0o600);
  removeSearchIndex(place.home);
  expect(existsSync(join(place.home, 'search.db'))).toBe(false);
  expect(await place.seqs('here')).toEqual([1]);
});

test('several catch up at once, and every record is there once', async () => {
  const place = await openPlace();
  await Promise.all(Array.from({ length: 2_500 }, () => place.append('call-refused', exec('run-1', 'crowd'))));
  const told: number[] = [];
  const ends = await Promise.all(
    Array.from({ length: 3 }, () =>
      withSearchIndex(place.home, (index) => catchUp(index, place.store, ({ done }) => told.push(done), never)),
    ),
  );
  const head = await place.store.head();
  expect(ends).toEqual([head, head, head]);
  expect(await timesIn(place.home, 'crowd')).toBe(2_500);
  expect(told.length).toBeGreaterThanOrEqual(3);
});

test('what another process added while a page was read is not added a second time', async () => {
  const place = await openPlace();
  await Promise.all(Array.from({ length: 1_500 }, () => place.append('call-refused', exec('run-1', 'once'))));
  let isFirst = true;
  const overtaken: RecordSource = {
    head: () => place.store.head(),
    async records(query) {
      const page = await place.store.records(query);
      if (isFirst) {
        isFirst = false;
        await place.seqs('once');
      }
      return page;
    },
  };
  const told: number[] = [];
  await withSearchIndex(place.home, (index) => catchUp(index, overtaken, ({ done }) => told.push(done), never));
  expect(told).toEqual([1_500]);
  expect(await timesIn(place.home, 'once')).toBe(1_500);
});

test('catching up stops when it is told to, and goes on from there', async () => {
  const place = await openPlace();
  await Promise.all(Array.from({ length: 1_500 }, () => place.append('call-refused', exec('run-1', 'long'))));
  const stop = new AbortController();
  const stopped = withSearchIndex(place.home, (index) => catchUp(index, place.store, () => stop.abort(), stop.signal));
  await expect(stopped).rejects.toThrow('abort');
  expect(await place.seqs('long', 2_000)).toHaveLength(1_500);
});

test('a record that was damaged is passed over, and the others are found', async () => {
  const place = await openPlace();
  for (const name of ['a', 'b', 'c']) await place.append('call-refused', exec('run-1', `word ${name}`));
  const intruder = await intrude(join(place.home, 'sallyport.db'));
  await unseal(intruder);
  await intruder.run("UPDATE records SET text = '{' WHERE seq = 2");
  expect(await place.seqs('word')).toEqual([3, 1]);
});
