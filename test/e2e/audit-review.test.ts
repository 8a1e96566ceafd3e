import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

// Reading the ledger through the real command: two calls, one let through and one refused, each a run of its own.

const policyText = `policy: e2e
rules:
  - id: look
    allow: { read: ["**"] }
    grant: { read: ["."] }
    because: looking is harmless
  - id: no-secrets
    deny: { read: ["**/.env"] }
    because: it holds secrets
`;

let place: Place;
const runs: string[] = [];

const call = async (path: string): Promise<string> => {
  await place.run([
    'call',
    'read',
    JSON.stringify({ path }),
    '--policy',
    join(place.home, '../policy.yaml'),
    '--workspace',
    place.workspace,
    '--json',
  ]);
  const records = JSON.parse((await place.run(['audit', 'list', '--limit', '10', '--json'])).out);
  return records.find(({ body }: { body: { caller?: object } }) => body.caller !== undefined).body.caller.run;
};

beforeAll(async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  writeFileSync(join(place.workspace, 'a.txt'), 'the moon is made of basalt\n');
  writeFileSync(join(place.workspace, '.env'), 'TOKEN=not-for-you\n');
  place.file('policy.yaml', policyText);
  runs.push(await call('a.txt'), await call('.env'));
});
afterAll(() => place.remove());

test.each<[string, readonly string[], string]>([
  ['a phrase that is not closed', ['search', '"no end'], 'is not closed'],
  ['a field without a value', ['search', 'tool:'], 'needs a value'],
  ['a time that is none', ['search', 'since:soon'], 'since:2h'],
  ['a limit that is none', ['search', 'x', '--limit', '0'], '--limit'],
  ['an unknown format of a report', ['report', 'run-1', '--format', 'pdf'], 'markdown or html'],
  ['an unknown format of an export', ['export', '--format', 'xml'], 'jsonl, csv or ocsf'],
  ['an export since a time that is none', ['export', '--since', 'soon'], 'since:2h'],
  ['a number of last records that is none', ['follow', '--last', '-1'], '--last'],
])('%s is a usage error, exit code 64', async (_name, args, says) => {
  const { code, err } = await place.run(['audit', ...args]);
  expect(err).toContain(says);
  expect(code).toBe(64);
});

test.each([
  ['show', 'run-none', '--tree'],
  ['report', 'run-none'],
  ['diff', 'run-none', 'run-none'],
])('a run that is not there is said: %s', async (...args) => {
  const { code, err } = await place.run(['audit', ...args]);
  expect(err).toContain('no run `run-none`');
  expect(code).toBe(1);
});

test('records are searched, with the place that matched', async () => {
  const { code, out } = await place.run(['audit', 'search', 'basalt', 'outcome:ok', '--json']);
  expect(code).toBe(0);
  const [hit, ...others] = JSON.parse(out);
  expect(others).toEqual([]);
  expect(hit).toMatchObject({ type: 'call-finished', where: { place: 'output', match: 'basalt' } });
  const refused = JSON.parse((await place.run(['audit', 'search', 'verdict:deny', 'path:.env', '--json'])).out);
  expect(refused).toMatchObject([{ type: 'call-refused', where: null }]);
  expect((await place.run(['audit', 'search', 'not-for-you'])).out).toBe('no records\n');
  expect(statSync(join(place.home, 'search.db')).mode & 0o777).toBe(0o600);
});

test('a run is shown as a tree, and two of them are compared', async () => {
  const [one = '', other = ''] = runs;
  const tree = (await place.run(['audit', 'show', other, '--tree'])).out;
  expect(tree).toContain('⊘ read .env');
  expect(tree).toContain('denied by no-secrets');
  expect(JSON.parse((await place.run(['audit', 'show', one, '--tree', '--json'])).out)).toMatchObject({ run: one });
  const { calls } = JSON.parse((await place.run(['audit', 'diff', one, other, '--json'])).out);
  expect(calls.map(({ kind }: { kind: string }) => kind)).toEqual(['removed', 'added']);
});

test('what another process writes is followed until Ctrl-C', async () => {
  const following = place.start(['audit', 'follow', '--last', '1', '--type', 'call-finished', '--json']);
  let heard = '';
  const lines = (count: number) =>
    new Promise<readonly string[]>((resolve) => {
      const look = () => {
        const whole = heard.split('\n').slice(0, -1);
        if (whole.length >= count) resolve(whole);
      };
      following.process.stdout?.on('data', (text: string) => {
        heard += text;
        look();
      });
      look();
    });
  const first = lines(1);
  expect(JSON.parse((await first)[0] ?? '')).toMatchObject({ type: 'call-finished', body: { outcome: 'ok' } });
  heard = '';
  const next = lines(1);
  await call('a.txt');
  expect(JSON.parse((await next)[0] ?? '')).toMatchObject({ type: 'call-finished' });
  following.process.kill('SIGINT');
  expect((await following.ended).code).toBe(130);
});

test('a report is written for its reader alone, and names the head to check it with', async () => {
  const [, run = ''] = runs;
  const file = join(place.home, 'report.html');
  expect((await place.run(['audit', 'report', run, '--out', file])).code).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const page = readFileSync(file, 'utf8');
  expect(page).toContain('<!doctype html>');
  const [, head = ''] = /verify --head (\d+:sha256:[0-9a-f]{64})/.exec(page) ?? [];
  expect((await place.run(['audit', 'verify', '--head', head])).code).toBe(0);
  expect((await place.run(['audit', 'report', run])).out).toMatch(/^# Report on an agent run\n/);
  expect((await place.run(['audit', 'report', run, '--out', '/nowhere/report.md'])).code).toBe(64);
});

test('a whole export is verifiable, and a part says that it is not', async () => {
  const whole = await place.run(['audit', 'export']);
  expect(whole.err).toBe('');
  const file = place.file('ledger.jsonl', whole.out);
  expect((await place.run(['audit', 'verify', '--file', file])).code).toBe(0);
  const part = await place.run(['audit', 'export', '--type', 'call-refused', '--since', '1h']);
  expect(part.out.trim().split('\n')).toHaveLength(1);
  expect(part.err).toContain('cannot check it');
  const csv = (await place.run(['audit', 'export', '--format', 'csv', '--until', '2020-01-01'])).out;
  expect(csv).toMatch(/^seq,time,type,[\w,]+\r\n$/);
  const events = (await place.run(['audit', 'export', '--format', 'ocsf'])).out.trim().split('\n');
  expect(events.map((line) => JSON.parse(line).class_uid)).toEqual(
    whole.out
      .trim()
      .split('\n')
      .map(() => 6003),
  );
});
