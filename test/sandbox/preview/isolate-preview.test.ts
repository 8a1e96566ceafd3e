import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { previewBench } from '../../fixtures/preview-bench.ts';

const bench = previewBench('isolate');
afterAll(() => bench.close());
const at = (path: string) => join(bench.workspace, path);
const never = () => {
  throw new Error('nobody is to be asked');
};

test('a write that nobody approved leaves nothing, no directory either', async () => {
  const { result } = await bench.call({
    tool: 'write',
    args: { path: 'deep/er/a.txt', content: 'x' },
    grants: { write: ['deep/er/a.txt'] },
    answer: () => 'decline',
  });
  expect(result.outcome).toBe('refused');
  expect(readdirSync(bench.workspace)).toEqual([]);
  expect(bench.kept()).toEqual([]);
});

test('a write that is not granted, or goes over a link, asks nobody', async () => {
  writeFileSync(at('real'), 'real');
  symlinkSync('/nowhere', at('dangling'));
  const write = (path: string) =>
    bench.call({
      tool: 'write',
      args: { path, content: 'x' },
      grants: { write: ['granted/**', 'dangling'] },
      answer: never,
    });
  for (const path of ['real', '/etc/x', 'dangling', '../x', `${bench.home}/x`]) {
    const { result } = await write(path);
    expect([path, result.outcome]).toEqual([path, 'failed']);
    expect(result.because).toMatch(/^nothing was changed: /);
  }
  expect(readFileSync(at('real'), 'utf8')).toBe('real');
});

test('a file that changes while its write is looked at stays as it is', async () => {
  writeFileSync(at('raced'), 'old');
  const { result } = await bench.call({
    tool: 'write',
    args: { path: 'raced', content: 'new' },
    grants: { write: ['raced'] },
    answer: () => {
      writeFileSync(at('raced'), 'mine');
      return 'approve';
    },
  });
  expect(result).toMatchObject({ outcome: 'refused', because: expect.stringMatching(/`raced`\): ask again/) });
  expect(readFileSync(at('raced'), 'utf8')).toBe('mine');
});

test('a write shows what is different, and puts it in place with the permissions that were there', async () => {
  mkdirSync(at('d'));
  writeFileSync(at('d/a.sh'), 'one\ntwo\nthree\n');
  chmodSync(at('d/a.sh'), 0o750);
  const { result, asked, entries } = await bench.call({
    tool: 'write',
    args: { path: 'd/a.sh', content: 'one\n2\u202e\t\nthree\n' },
    grants: { write: ['d/a.sh'] },
  });
  expect(asked[0]?.preview?.diff).toBe(
    'changed file: d/a.sh\n  @@ -1,3 +1,3 @@\n   one\n  -two\n  +2\\u{202e}→   \n   three',
  );
  expect(result).toMatchObject({
    outcome: 'ok',
    output: expect.stringMatching(/^wrote .*\ncommitted 1 file: `d\/a.sh`$/),
  });
  expect(readFileSync(at('d/a.sh'), 'utf8')).toBe('one\n2\u202e\t\nthree\n');
  expect(lstatSync(at('d/a.sh')).mode & 0o777).toBe(0o750);
  const [, previewed, intended] = entries;
  expect(previewed?.body).toMatchObject({ outcome: 'ok', changes: { files: [{ path: 'd/a.sh' }] } });
  expect(intended?.body).toMatchObject({
    preview: true,
    changes: { files: [{ path: 'd/a.sh' }] },
    digest: result.digest,
  });
  expect(bench.kept()).toEqual([]);
});

test('an edit is previewed as well; one that finds nothing asks nobody', async () => {
  writeFileSync(at('e.txt'), 'a b c\n');
  const edit = (find: string) => ({
    tool: 'edit',
    args: { path: 'e.txt', find, replace: 'X', all: false },
    grants: { read: ['e.txt'], write: ['e.txt'] },
  });
  const missing = await bench.call({ ...edit('zzz'), answer: never });
  expect(missing.result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/not in it/) });
  const { result } = await bench.call(edit('b'));
  expect(result.outcome).toBe('ok');
  expect(readFileSync(at('e.txt'), 'utf8')).toBe('a X c\n');
});

test('a write of what is there already is asked about, and changes nothing', async () => {
  writeFileSync(at('same'), 'same');
  const before = lstatSync(at('same')).mtimeMs;
  const call = { tool: 'write', args: { path: 'same', content: 'same' }, grants: { write: ['same'] } };
  const { result, asked } = await bench.call(call);
  expect(asked[0]?.sealed.changes?.files).toEqual([]);
  expect(result.output).toMatch(/nothing was to be changed/);
  expect(lstatSync(at('same')).mtimeMs).toBe(before);
  expect(existsSync(join(bench.home, 'previews'))).toBe(true);
});
