import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

const policyText = `policy: previews
rules:
  - id: look
    allow: { read: ["**"] }
    because: looking is harmless
  - id: notes
    ask: { write: ["notes/**"] }
    preview: true
    because: somebody wants to see what becomes of them
  - id: makes
    ask: { run: ["python3 make.py", "sleep *"] }
    preview: true
    grant: { write: ["out/**"], wallMs: 120000 }
    because: it makes many files
`;
const many = 400;

let place: Place;
let here: readonly string[];

beforeAll(() => {
  place = makePlace();
  for (const directory of ['notes', 'out']) mkdirSync(join(place.workspace, directory), { recursive: true });
  writeFileSync(join(place.workspace, 'notes/a.md'), 'one\ntwo\n');
  writeFileSync(
    join(place.workspace, 'make.py'),
    `for i in range(${many}):\n  open(f'out/{i:03}', 'w').write('whole' * 1000)\n`,
  );
  const policy = place.file('policy.yaml', policyText);
  here = ['--policy', policy, '--workspace', place.workspace, '--json'];
});
afterAll(() => place.remove());

const idIn = (text: string): string => /approvals approve (\w+)/.exec(text)?.[1] ?? 'no id';
const kept = () => (existsSync(join(place.home, 'previews')) ? readdirSync(join(place.home, 'previews')) : []);
const start = (tool: string, args: object) => place.start(['call', tool, JSON.stringify(args), ...here]);

/** The records after a new process has opened the state home, oldest first. */
async function recordsAfterRestart(): Promise<
  readonly { readonly type: string; readonly body: Record<string, unknown> }[]
> {
  expect((await place.run(['call', 'list', '{"path":"."}', ...here])).code).toBe(0);
  return JSON.parse((await place.run(['audit', 'list', '--json', '--limit', '1000'])).out).toReversed();
}

test('a question shows what the call changed on its copy, and approving puts just that in place', async () => {
  const content = `${'line\n'.repeat(300)}two\n`;
  const waiting = start('write', { path: 'notes/a.md', content });
  const said = await waiting.saidOnError('approvals decline');
  const id = idIn(said);
  expect(said).toContain('it ran on a copy, without network; approving puts its changes of 1 file in place');
  expect(said).toContain('changed file: notes/a.md');
  expect(said).toMatch(/\.\.\. and \d+ more lines; see `sallyport approvals show \w+ --full`/);
  const short = (await place.run(['approvals', 'show', id])).out;
  const full = (await place.run(['approvals', 'show', id, '--full'])).out;
  const shownLines = (text: string) => text.split('\n').filter((line) => line.trim() === '+line').length;
  expect(shownLines(short)).toBeLessThan(300);
  expect(shownLines(full.slice(short.indexOf('fingerprint')))).toBe(300);
  expect(readFileSync(join(place.workspace, 'notes/a.md'), 'utf8')).toBe('one\ntwo\n');
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  const { code, out } = await waiting.ended;
  expect([code, JSON.parse(out).output]).toEqual([0, expect.stringContaining('committed 1 file: `notes/a.md`')]);
  expect(readFileSync(join(place.workspace, 'notes/a.md'), 'utf8')).toBe(content);
  expect(kept()).toEqual([]);
});

test('P11: killed in a preview, a call has touched nothing, and its preview is on record as failed', async () => {
  const running = start('exec', { argv: ['sleep', '60'] });
  await expect.poll(() => kept().length, { timeout: 20_000, interval: 20 }).toBe(1);
  running.process.kill('SIGKILL');
  await running.ended;
  const records = await recordsAfterRestart();
  const finished = records.findLast(({ type }) => type === 'preview-finished');
  expect(finished?.body).toMatchObject({ outcome: 'failed', recovered: true });
  expect(readdirSync(join(place.workspace, 'out'))).toEqual([]);
  await expect.poll(kept, { timeout: 20_000, interval: 50 }).toEqual([]);
});

test('P11: killed while it is asked about, a call goes on with the very changes that people saw, without another preview', async () => {
  const waiting = start('write', { path: 'notes/b.md', content: 'x' });
  const id = idIn(await waiting.saidOnError('approvals decline'));
  const [preview] = kept();
  waiting.process.kill('SIGKILL');
  await waiting.ended;
  await recordsAfterRestart();
  expect(kept()).toEqual([preview]);
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  expect(existsSync(join(place.workspace, 'notes/b.md'))).toBe(false);
  expect((await place.run(['continue', id])).code).toBe(0);
  expect(readFileSync(join(place.workspace, 'notes/b.md'), 'utf8')).toBe('x');
  const records = await recordsAfterRestart();
  const ofCall = records.filter(
    ({ body }) => body.call === records.findLast(({ type }) => type === 'approval-claimed')?.body.call,
  );
  expect(ofCall.map(({ type }) => type)).toEqual([
    'preview-intended',
    'preview-finished',
    'approval-asked',
    'approval-answered',
    'approval-continued',
    'approval-claimed',
    'call-intended',
    'call-finished',
  ]);
  await expect.poll(kept, { timeout: 20_000, interval: 50 }).toEqual([]);
});

test('P11: declined after its process was killed, a call has touched nothing, and nothing of it stays', async () => {
  const waiting = start('write', { path: 'notes/c.md', content: 'x' });
  const id = idIn(await waiting.saidOnError('approvals decline'));
  waiting.process.kill('SIGKILL');
  await waiting.ended;
  expect((await place.run(['approvals', 'decline', id])).code).toBe(0);
  expect((await place.run(['continue', id])).code).toBe(2);
  expect(existsSync(join(place.workspace, 'notes/c.md'))).toBe(false);
  await recordsAfterRestart();
  await expect.poll(kept, { timeout: 20_000, interval: 50 }).toEqual([]);
});

test('P11: killed in the middle of its commit, a call is unknown, no file is half there, and the rest can be looked up', async () => {
  const waiting = start('exec', { argv: ['python3', 'make.py'] });
  const id = idIn(await waiting.saidOnError('approvals decline'));
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  const out = join(place.workspace, 'out');
  await expect.poll(() => readdirSync(out).length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(5);
  waiting.process.kill('SIGKILL');
  await waiting.ended;
  const written = readdirSync(out).filter((name) => !name.endsWith('.tmp'));
  expect(written.length).toBeLessThan(many);
  for (const name of written) expect(readFileSync(join(out, name), 'utf8')).toBe('whole'.repeat(1_000));

  const records = await recordsAfterRestart();
  expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const intended = records.findLast(({ type, body }) => type === 'call-intended' && body.changes !== undefined);
  expect(intended?.body).toMatchObject({
    changes: { files: expect.arrayContaining([expect.objectContaining({ path: 'out/399' })]) },
  });
  const finished = records.findLast(({ type, body }) => type === 'call-finished' && body.recovered === true);
  expect(finished?.body).toMatchObject({ outcome: 'unknown', digest: intended?.body.digest });
  expect((await place.run(['audit', 'verify'])).code).toBe(0);

  const [left = ''] = kept();
  const list = JSON.parse(readFileSync(join(place.home, 'previews', left, 'changes.json'), 'utf8'));
  expect(list.digest).toBe(Object(intended?.body.changes).digest);
  const { sha256 } = list.files[0].after;
  expect(readFileSync(join(place.home, 'previews', left, 'bytes', sha256), 'utf8')).toBe('whole'.repeat(1_000));
});
