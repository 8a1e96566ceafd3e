import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import { type PreviewedCall, previewBench } from '../../fixtures/preview-bench.ts';

const bench = previewBench('container');
afterAll(() => bench.close());

let count = 0;
/** A directory of the workspace for one test, with these files; the call may write all of it. */
function place(files: Readonly<Record<string, string>>) {
  count += 1;
  const name = `t${count}`;
  const directory = join(bench.workspace, name);
  mkdirSync(directory);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return {
    name,
    at: (path: string) => join(directory, path),
    read: (path: string) => readFileSync(join(directory, path), 'utf8'),
    run: (command: string, more: Partial<PreviewedCall> = {}) =>
      bench.call({ command: `cd ${name}; ${command}`, grants: { read: ['.'], write: [`${name}/**`] }, ...more }),
  };
}

const never = () => {
  throw new Error('nobody is to be asked');
};

test('what nobody approved is not written, and nothing of it is kept', async () => {
  const { run, read, at } = place({ 'a.txt': 'old' });
  for (const answer of ['decline', 'expire'] as const) {
    const { result, entries } = await run('echo new > a.txt; echo b > b.txt', { answer: () => answer });
    expect(result).toMatchObject({ outcome: 'refused', output: '' });
    expect(entries.map(({ type }) => type)).toEqual(['preview-intended', 'preview-finished', 'call-refused']);
    expect(read('a.txt')).toBe('old');
    expect(existsSync(at('b.txt'))).toBe(false);
    expect(bench.kept()).toEqual([]);
  }
});

test('a command that fails on its copy asks nobody and changes nothing', async () => {
  const { run, read } = place({ 'a.txt': 'old' });
  const { result, asked, entries } = await run('echo new > a.txt; echo told; exit 3', { answer: never });
  expect(result).toMatchObject({ outcome: 'failed', output: 'told\n' });
  expect(result.because).toMatch(/^nothing was changed: exited with status 3/);
  expect(asked).toEqual([]);
  expect(entries.map(({ type }) => type)).toEqual(['preview-intended', 'preview-finished', 'call-finished']);
  expect(read('a.txt')).toBe('old');
  expect(bench.kept()).toEqual([]);
});

test.each<[string, (at: (path: string) => string) => void]>([
  ['has other content', (at) => writeFileSync(at('a.txt'), 'mine')],
  ['has other permissions', (at) => chmodSync(at('a.txt'), 0o600)],
  ['is gone', (at) => rmSync(at('a.txt'))],
  [
    'is a link to the same content',
    (at) => {
      renameSync(at('a.txt'), at('real'));
      symlinkSync('real', at('a.txt'));
    },
  ],
  ['came into being', (at) => writeFileSync(at('new.txt'), 'mine')],
  ['is no longer empty', (at) => writeFileSync(at('gone/x'), 'mine')],
])('a file that %s meanwhile refuses the commit as a whole', async (_name, meanwhile) => {
  const { run, at } = place({ 'a.txt': 'old', 'gone/y': 'y', 'other.txt': 'old' });
  const { result, entries } = await run('echo new > a.txt; echo new > new.txt; echo new > other.txt; rm -r gone', {
    answer: () => {
      meanwhile(at);
      return 'approve';
    },
  });
  expect(result).toMatchObject({
    outcome: 'refused',
    because: expect.stringMatching(
      /the workspace changed after its preview \(`t\d+\/(a\.txt|new\.txt|gone)`\): ask again/,
    ),
  });
  expect(entries.some(({ type }) => type === 'call-intended')).toBe(false);
  expect(readFileSync(at('other.txt'), 'utf8')).toBe('old');
  expect(bench.kept()).toEqual([]);
});

test('a directory that becomes a link meanwhile leads nowhere', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-outside-')));
  writeFileSync(join(outside, 'a.txt'), 'old');
  const { run, at } = place({ 'd/a.txt': 'old' });
  const { result } = await run('echo new > d/a.txt; echo new > d/b.txt', {
    answer: () => {
      renameSync(at('d'), at('was-d'));
      symlinkSync(outside, at('d'));
      return 'approve';
    },
  });
  expect(result.outcome).toBe('refused');
  expect(readdirSync(outside)).toEqual(['a.txt']);
  expect(readFileSync(join(outside, 'a.txt'), 'utf8')).toBe('old');
  rmSync(outside, { recursive: true });
});

test('of two previews of one file the second is refused once the first is committed', async () => {
  const { run, read } = place({ 'a.txt': 'old\n' });
  const { result } = await run('echo outer >> a.txt', {
    answer: async () => {
      const inner = await run('echo inner >> a.txt');
      expect(inner.result.outcome).toBe('ok');
      return 'approve' as const;
    },
  });
  expect(result).toMatchObject({ outcome: 'refused', because: expect.stringMatching(/ask again/) });
  expect(read('a.txt')).toBe('old\ninner\n');
});

test('P7: what rules close is neither seen nor written on the copy', async () => {
  const { name, run, read } = place({ '.env': 'TOKEN=1', 'sub/.env': 'TOKEN=2', 'a.txt': 'old' });
  const grants = {
    read: ['.'],
    write: [`${name}/**`],
    exceptRead: ['**/.env'],
    exceptWrite: ['**/.env', 'frozen.txt'],
  };
  const seen = await run('cat .env sub/.env; grep -rs TOKEN . ; ls -la; true', { grants });
  expect(seen.result).toMatchObject({ outcome: 'ok' });
  expect(seen.result.output).not.toMatch(/TOKEN=/);
  const written = await run('echo x > .env', { grants, answer: never });
  expect(written.result).toMatchObject({ outcome: 'failed' });
  const made = await run('mkdir new; echo x > new/.env', { grants, answer: never });
  expect(made.result.because).toMatch(/changed `t\d+\/new\/\.env`, which the policy does not allow/);
  const moved = await run('mv sub elsewhere', { grants, answer: never });
  expect(moved.result.outcome).toBe('failed');
  expect(read('.env')).toBe('TOKEN=1');
  expect(bench.kept()).toEqual([]);
});

test('P7: what was not granted cannot be written, and the state home is out of reach', async () => {
  const { run } = place({ 'a.txt': 'old' });
  writeFileSync(join(bench.workspace, 'outside.txt'), 'old');
  const { result } = await run('echo x > ../outside.txt', { answer: never });
  expect(result.outcome).toBe('failed');
  expect(readFileSync(join(bench.workspace, 'outside.txt'), 'utf8')).toBe('old');
  const home = await run(`ls ${bench.home}`, { answer: never });
  expect(home.result.outcome).toBe('failed');
});

test('a preview has no network, whatever the call was granted', async () => {
  const { name, run } = place({ 'a.txt': 'old' });
  const grants = { read: ['.'], write: [`${name}/**`], connect: ['example.com:443'], exceptConnect: [] };
  const reach = 'env > env.txt; ls /sys/class/net > net.txt; cat net.txt; getent hosts example.com && exit 9; true';
  const { result, asked } = await run(reach, { grants, answer: () => 'decline' });
  expect(result.outcome).toBe('refused');
  expect(asked[0]?.preview?.output).toBe('lo\n');
  expect(asked[0]?.preview?.diff).not.toMatch(/proxy/i);
});

test.each([
  ['connect', { kind: 'connect', host: 'example.com', port: 443, method: 'GET', url: 'https://example.com/' }],
  ['secret', { kind: 'secret', name: 'token' }],
  ['send', { kind: 'send', channel: 'slack', target: '#a' }],
] as const)('a call that would %s is refused instead of being previewed', async (_kind, effect) => {
  const { run } = place({});
  const { result, entries } = await run('true', { effects: [{ ...effect, standing: 'own' }], answer: never });
  expect(result).toMatchObject({ outcome: 'refused', because: expect.stringMatching(/cannot be previewed: `/) });
  expect(entries.map(({ type }) => type)).toEqual(['call-refused']);
});

test('a link that leads out, a pipe and a device are not committed; a link inside is', async () => {
  const { run, at } = place({ 'a.txt': 'old' });
  for (const target of ['/etc/passwd', '../../x', '../../../etc/passwd']) {
    const { result } = await run(`ln -s ${target} link`, { answer: never });
    expect(result.because).toMatch(/link `t\d+\/link`, which leads out of the workspace/);
  }
  const piped = await run('mkfifo pipe', { answer: never });
  expect(piped.result.because).toMatch(/no file that could be committed/);
  expect(readdirSync(at('.'))).toEqual(['a.txt']);
  const inside = await run('ln -s a.txt link');
  expect(inside.result.outcome).toBe('ok');
  expect(readlinkSync(at('link'))).toBe('a.txt');
});

test('setuid, setgid and sticky bits never get out of a copy', async () => {
  const { run, at } = place({ 'a.txt': 'old' });
  chmodSync(at('a.txt'), 0o755);
  const { result } = await run(
    'chmod 6755 a.txt; chmod u+s a.txt; cp a.txt b; chmod 7777 b; mkdir d; chmod 2775 d; true',
  );
  expect(['ok', 'failed']).toContain(result.outcome);
  for (const path of ['a.txt', 'b', 'd']) {
    if (existsSync(at(path))) expect(lstatSync(at(path)).mode & 0o7000).toBe(0);
  }
});

test('an approved preview puts exactly its bytes, permissions, removals and names in place', async () => {
  const { run, read, at } = place({ 'a.txt': 'one\ntwo\n', 'b.txt': 'bee\n', 'dir/x': 'x', 'dir/y': 'y', tool: 'old' });
  const command = [
    'sed -i s/one/uno/ a.txt',
    'mv b.txt c.txt',
    'printf "\\x00\\xff\\x01" > bin',
    'chmod 751 tool',
    'rm -r dir',
    'echo now a file > dir',
    'rm tool; mkdir tool; echo in > tool/in; chmod 500 tool',
    'mkdir -p deep/er',
    'date +%s%N > stamp',
    'cat stamp',
  ].join('; ');
  let shown = '';
  const { result, asked } = await run(command, {
    answer: ({ preview }) => {
      shown = preview?.diff ?? '';
      expect(read('a.txt')).toBe('one\ntwo\n');
      return 'approve';
    },
  });
  expect(result).toMatchObject({ outcome: 'ok' });
  expect(read('a.txt')).toBe('uno\ntwo\n');
  expect(existsSync(at('b.txt'))).toBe(false);
  expect(read('c.txt')).toBe('bee\n');
  expect([...readFileSync(at('bin'))]).toEqual([0, 255, 1]);
  expect(read('dir')).toBe('now a file\n');
  expect(read('tool/in')).toBe('in\n');
  expect(lstatSync(at('tool')).mode & 0o777).toBe(0o500);
  expect(lstatSync(at('deep/er')).isDirectory()).toBe(true);
  // It ran once: what it printed and what it wrote are of the same moment.
  expect(result.output.split('\n')[0]).toBe(read('stamp').trim());
  expect(result.output).toMatch(/committed \d+ files: /);
  expect(shown).toMatch(/ {2}-one\n {2}\+uno\n {3}two/);
  expect(shown).toMatch(/new file: t\d+\/bin\n {2}\+ 3 bytes that are not shown as text, sha256 [0-9a-f]{64}/);
  expect(shown).toMatch(/directory becomes file: t\d+\/dir/);
  expect(asked[0]?.sealed.changes?.digest).toMatch(/^sha256:/);
  expect(result.digest).toBe(asked[0]?.sealed.digest);
  expect(bench.kept()).toEqual([]);
});

test('a file that is not there yet is made by the commit alone, with nothing of a preview that was declined', async () => {
  const { name, run, at, read } = place({});
  const grants = { read: ['.'], write: [`${name}/new.txt`, `${name}/out/**`] };
  const declined = await run('echo x > new.txt; echo y > out/y', { grants, answer: () => 'decline' });
  expect(declined.result.outcome).toBe('refused');
  expect(readdirSync(at('.'))).toEqual([]);
  const untouched = await run('true', { grants });
  expect(untouched.asked[0]?.sealed.changes?.files).toEqual([]);
  expect(readdirSync(at('.'))).toEqual([]);
  const approved = await run('echo x > new.txt; echo y > out/y', { grants });
  expect(approved.result.outcome).toBe('ok');
  expect([read('new.txt'), read('out/y')]).toEqual(['x\n', 'y\n']);
});

test('files come out owned by whom they belonged to, and new ones by the owner of the workspace', async () => {
  if (process.getuid?.() !== 0) return expect(lstatSync(bench.workspace).uid).toBe(process.getuid?.());
  const own = previewBench('owned');
  chownSync(own.workspace, 4_242, 4_243);
  mkdirSync(join(own.workspace, 'd'));
  writeFileSync(join(own.workspace, 'd/old'), 'old');
  for (const path of ['d', 'd/old']) chownSync(join(own.workspace, path), 4_242, 4_243);
  const { result } = await own.call({
    command: 'cd d; echo new > old; echo new > new; mkdir sub; id -u',
    grants: { read: ['.'], write: ['d/**'] },
  });
  expect(result).toMatchObject({ outcome: 'ok', output: expect.stringMatching(/^4242\n/) });
  for (const path of ['old', 'new', 'sub']) {
    const { uid, gid } = lstatSync(join(own.workspace, 'd', path));
    expect([path, uid, gid]).toEqual([path, 4_242, 4_243]);
  }
  await own.close();
});

test('what is too much for a preview is refused before anything runs', async () => {
  const small = previewBench('small', { copiedEntries: 20, copiedBytes: 1_000, keptBytes: 500 });
  const inside = (path: string) => join(small.workspace, path);
  for (const directory of ['many', 'large', 'few']) mkdirSync(inside(directory));
  for (let n = 0; n < 30; n += 1) writeFileSync(inside(`many/${n}`), '');
  writeFileSync(inside('large/file'), 'x'.repeat(2_000));
  const run = (command: string, write: string) =>
    small.call({ command, grants: { read: ['.'], write: [write] }, answer: never });
  expect((await run('touch many/ran', 'many/**')).result.because).toMatch(/too many files for a preview/);
  expect((await run('touch large/ran', 'large/**')).result.because).toMatch(/too many bytes for a preview/);
  expect((await run('head -c 600 /dev/zero > few/f', 'few/**')).result.because).toMatch(/more than 500 bytes/);
  expect(readdirSync(inside('many'))).toHaveLength(30);
  expect(small.kept()).toEqual([]);
  await small.close();
});

test('more changes than anybody reads through are no preview', async () => {
  const { run, at } = place({});
  const { result } = await run('for i in $(seq 1100); do echo > f$i; done', { answer: never });
  expect(result.because).toMatch(/changed more than 1000 files/);
  expect(readdirSync(at('.'))).toEqual([]);
});

test('a run that is aborted in its preview changes nothing and asks nobody', async () => {
  const { run, read } = place({ 'a.txt': 'old' });
  const stop = new AbortController();
  const ending = run('echo new > a.txt; sleep 30', { signal: stop.signal, answer: never });
  await expect.poll(() => bench.kept().length, { timeout: 10_000, interval: 5 }).toBe(1);
  stop.abort();
  const { result } = await ending;
  expect(result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/^nothing was changed: /) });
  expect(read('a.txt')).toBe('old');
  await expect.poll(() => bench.kept(), { timeout: 10_000, interval: 20 }).toEqual([]);
});

test('times of files that a build looks at are those of the originals', async () => {
  const { run, at } = place({ old: '1', new: '2' });
  execFileSync('touch', ['-d', '2001-02-03T04:05:06Z', at('old')]);
  const { asked } = await run('stat -c %Y old; test new -nt old', { answer: () => 'decline' });
  expect(asked[0]?.preview?.output).toBe(`${Date.parse('2001-02-03T04:05:06Z') / 1_000}\n`);
});

test('what somebody else changes while the copy is used is not overwritten by what was made of it', async () => {
  const { run, at, name } = place({ 'a.txt': 'old\n' });
  const ending = run('touch ready; until [ -e ../go ]; do sleep 0.02; done; echo new >> a.txt', { answer: never });
  const isRunning = () => bench.kept().some((id) => existsSync(join(bench.home, 'previews', id, 'copies/1/0/ready')));
  await expect.poll(isRunning, { timeout: 10_000, interval: 5 }).toBe(true);
  writeFileSync(at('a.txt'), 'mine\n');
  writeFileSync(join(bench.workspace, 'go'), '');
  const { result } = await ending;
  expect(result.because).toContain(`${name}/a.txt\` was changed by somebody else while it ran`);
  expect(readFileSync(at('a.txt'), 'utf8')).toBe('mine\n');
});

test('P7: a container that waits for the real places is not taken for a copy, nor one on a copy kept for later', async () => {
  const pooled = previewBench('pooled', {}, undefined, { perProfileMax: 2, containersMax: 2, idleMs: 60_000 });
  mkdirSync(join(pooled.workspace, 'd'));
  const grants = { ...noGrants, read: ['.'], write: ['d/**'] };
  await pooled.container.warm([{ workspace: pooled.workspace, grants }], 1);
  expect(pooled.container.waiting).toBe(1);
  const { result } = await pooled.call({
    command: 'echo x > d/x',
    grants,
    answer: () => {
      expect(readdirSync(join(pooled.workspace, 'd'))).toEqual([]);
      return 'decline';
    },
  });
  expect(result.outcome).toBe('refused');
  expect(pooled.container.waiting).toBe(1);
  await pooled.close();
});
