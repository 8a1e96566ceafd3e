import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('mounts');
afterAll(() => bench.close());

const filled = (): string => {
  const workspace = bench.workspace();
  for (const directory of ['logs', 'src', 'coverage']) mkdirSync(join(workspace, directory));
  for (const file of ['logs/app.log', 'src/a.ts', '.env']) writeFileSync(join(workspace, file), `this is ${file}\n`);
  return workspace;
};

test('P7: without a read grant the workspace is empty', async () => {
  expect(outputOf(await bench.run('ls -A; pwd', filled()))).toBe('/workspace\n');
});

test('P7: a read grant of the workspace shows it and lets nothing be changed', async () => {
  const workspace = filled();
  const command =
    'cat logs/app.log; echo x >> logs/app.log; rm -f src/a.ts; mkdir new; chmod 777 src; mv src moved; ls -A';
  const output = outputOf(await bench.run(command, workspace, { read: ['.'] }));
  expect(output).toContain('this is logs/app.log');
  expect(output.match(/Read-only file system/g)).toHaveLength(5);
  expect(readFileSync(join(workspace, 'logs/app.log'), 'utf8')).toBe('this is logs/app.log\n');
});

test('a read grant of a part shows that part alone', async () => {
  const output = outputOf(await bench.run('find . -type f; cat src/a.ts 2>&1', filled(), { read: ['logs/**'] }));
  expect(output).toBe('./logs/app.log\ncat: src/a.ts: No such file or directory\n');
});

test('P7: a write grant writes there and nowhere else, and files come out owned by the operator', async () => {
  const workspace = filled();
  const command =
    'exec 2>&1; echo report > coverage/r.txt; mkdir coverage/d; echo y > src/b.ts; stat -c %U coverage/r.txt; id -un';
  const output = outputOf(await bench.run(command, workspace, { read: ['.'], write: ['coverage/**'] }));
  expect(output).toMatch(/src\/b\.ts: Read-only file system\n(\w+)\n\1\n$/);
  const owner = statSync(workspace);
  for (const path of ['coverage/r.txt', 'coverage/d']) {
    expect(statSync(join(workspace, path))).toMatchObject({ uid: owner.uid, gid: owner.gid });
  }
});

test('a workspace of an ordinary user is worked on as that user', async () => {
  const workspace = filled();
  if (process.getuid?.() === 0) chownSync(workspace, 4_321, 4_322);
  const { uid, gid } = statSync(workspace);
  const output = outputOf(await bench.run('id -u; id -g; echo x > made.txt', workspace, { write: ['.'] }));
  expect(output).toBe(`${uid}\n${gid}\n`);
  expect(statSync(join(workspace, 'made.txt'))).toMatchObject({ uid, gid });
});

test('a file that is not there yet can be written when it is granted, and is gone when it was not', async () => {
  const workspace = filled();
  const grants = { read: ['.'], write: ['RCA.md', 'unused.md', 'touched.md', 'out/deep/**', 'idle/**'] };
  const outcome = await bench.run('echo found > RCA.md; touch touched.md; echo 1 > out/deep/1', workspace, grants);
  expect(outcome).toMatchObject({ kind: 'ok' });
  expect(readFileSync(join(workspace, 'RCA.md'), 'utf8')).toBe('found\n');
  const left = ['unused.md', 'touched.md', 'out/deep/1', 'idle'].map((path) => existsSync(join(workspace, path)));
  expect(left).toEqual([false, true, true, false]);
  expect(statSync(join(workspace, 'RCA.md')).uid).toBe(statSync(workspace).uid);
});

test('nothing is made outside the workspace, or where its directory is missing', async () => {
  const workspace = filled();
  const started = { facts: { started: false } };
  expect(await bench.run('true', workspace, { write: ['no/such/file.md'] })).toMatchObject(started);
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-outside-')));
  expect(await bench.run('true', workspace, { write: [join(outside, 'new')] })).toMatchObject(started);
  expect(existsSync(join(outside, 'new'))).toBe(false);
  rmSync(outside, { recursive: true });
});

test('what may not be read cannot be opened, listed, written, linked or moved away', async () => {
  const workspace = filled();
  mkdirSync(join(workspace, 'keys'));
  writeFileSync(join(workspace, 'keys/id'), 'private key');
  symlinkSync('.env', join(workspace, 'alias'));
  const command = [
    'cat .env',
    'cat alias',
    'ls keys',
    'cat keys/id',
    'echo x > .env',
    'ln .env stolen',
    'mv .env stolen',
    'rm -f .env',
    'chmod 644 .env',
    'mv keys moved',
    'cp -r . /tmp/copy; cat /tmp/copy/.env',
    'exec 3<> .env',
  ].join('; ');
  const outcome = await bench.run(command, workspace, { read: ['.'], write: ['.'], exceptRead: ['.env', 'keys/**'] });
  expect(outcome).toMatchObject({ kind: 'failed' });
  expect(outputOf(outcome)).not.toMatch(/this is \.env|private key/);
  expect(readFileSync(join(workspace, '.env'), 'utf8')).toBe('this is .env\n');
  expect(readFileSync(join(workspace, 'keys/id'), 'utf8')).toBe('private key');
  expect(existsSync(join(workspace, 'stolen'))).toBe(false);
});

test('what may not be written can be read, and neither changed nor replaced', async () => {
  const workspace = filled();
  const command = 'cat src/a.ts; echo x >> src/a.ts; rm -f src/a.ts; mv src old; echo x > .npmrc; echo fine > src/b.ts';
  const outcome = await bench.run(command, workspace, { write: ['.'], exceptWrite: ['src/a.ts', '.npmrc'] });
  expect(outputOf(outcome)).toContain('this is src/a.ts');
  const moved = existsSync(join(workspace, 'old')) ? 'old' : 'src';
  expect(readFileSync(join(workspace, moved, 'a.ts'), 'utf8')).toBe('this is src/a.ts\n');
  expect(existsSync(join(workspace, '.npmrc'))).toBe(false);
});

test('a call that makes what a pattern keeps from being written has failed, and names it', async () => {
  const workspace = filled();
  const grants = { write: ['.'], exceptWrite: ['**/*.pem'] };
  const outcome = await bench.run('echo x > src/new.pem', workspace, grants);
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringContaining('src/new.pem') });
});

test('a private directory inside the workspace stays closed', async () => {
  const workspace = filled();
  const careful = containerBench('private', { privateDirectories: [join(workspace, 'logs')] });
  const outcome = await careful.run('ls logs; cat logs/app.log', workspace, { read: ['.'] });
  expect(outputOf(outcome)).toMatch(/Permission denied[\s\S]*Permission denied/);
  await careful.close();
});

test('a place outside the workspace is shown at its own path, read-only, when it is granted', async () => {
  const outside = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-outside-')));
  writeFileSync(join(outside, 'data.csv'), 'a,b\n');
  const outcome = await bench.run(`exec 2>&1; cat ${outside}/data.csv; echo x > ${outside}/y`, filled(), {
    read: [`${outside}/**`],
  });
  expect(outputOf(outcome)).toMatch(/^a,b\n.*Read-only file system\n$/);
  rmSync(outside, { recursive: true });
});

test('the socket of the engine is closed when its directory is granted', async () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-run-')));
  const socketPath = join(directory, 'docker.sock');
  const { connect } = await import('node:net');
  const server = createServer((near) => {
    const far = connect('/var/run/docker.sock');
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const careful = containerBench('socket', { socketPath });
  const ask = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(socketPath)})`;
  const outcome = await careful.run(['python3', '-c', ask], filled(), { read: [directory], write: [directory] });
  expect(outputOf(outcome)).toMatch(/PermissionError|ConnectionRefused/);
  await careful.close();
  server.close();
  rmSync(directory, { recursive: true });
});

test('git works in a workspace it does not own', async () => {
  const workspace = filled();
  const command =
    'git init -q; git add src; git -c user.name=a -c user.email=a@b commit -qm first; git log --format=%s; git status --short';
  expect(await bench.run(command, workspace, { write: ['.'] })).toMatchObject({
    kind: 'ok',
    output: expect.stringMatching(/^first\n/),
  });
  expect(outputOf(await bench.run('git log --format=%s', workspace, { read: ['.'] }))).toBe('first\n');
});
