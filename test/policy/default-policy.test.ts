import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Policy } from '../../src/kernel/ports.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller } from './situations.ts';

let workspace = '';
let policy: Policy;
const classifier = createClassifier({ tools: builtInTools, privateDirectories: ['/root/.sallyport'] });

beforeAll(async () => {
  workspace = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-default-')));
  await mkdir(join(workspace, 'src'));
  await mkdir(join(workspace, '.git/hooks'), { recursive: true });
  for (const name of ['src/main.ts', '.env', 'notes.md', '.git/config']) await writeFile(join(workspace, name), 'x\n');
  await symlink('.env', join(workspace, 'innocent.txt'));
  await symlink('/etc', join(workspace, 'etc'));
  const path = 'policies/default.yaml';
  policy = await loadPolicy([{ path, text: await readFile(path, 'utf8') }]);
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

async function verdictOf(tool: string, args: unknown): Promise<string> {
  const person = caller({ workspace });
  const classified = await classifier.classify({ id: '1', tool, args }, person);
  return classified.kind === 'unclear'
    ? 'unclear'
    : policy.decide(classified.action, person, { now: 0, used: [], inputs: [] }).verdict;
}

const command = (text: string) => verdictOf('exec', { command: text });

test('secrets, other places and private networks are refused', async () => {
  for (const path of [
    '.env',
    'innocent.txt',
    'src/../.env',
    '/etc/passwd',
    'etc/passwd',
    '../x',
    '/root/.sallyport/secrets',
  ]) {
    expect(await verdictOf('read', { path }), path).not.toMatch(/allow|ask/);
  }
  for (const path of ['.git/hooks/pre-commit', '.git/config', '.env', '/etc/cron.d/x', 'etc/x']) {
    expect(await verdictOf('write', { path, content: 'x' }), path).not.toMatch(/allow|ask/);
  }
  for (const url of [
    'http://169.254.169.254/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://2852039166/',
    'http://localhost:2375/',
    'http://0x7f.1/',
    'http://10.1.1.1/',
    'http://metadata.google.internal./',
    'http://db/',
    'file:///etc/passwd',
  ]) {
    expect(await verdictOf('http', { url }), url).not.toMatch(/allow|ask/);
  }
});

test('commands that only look run on the first day, and a program that no rule names says what to add', async () => {
  for (const text of [
    'test -f notes.md && head -3 notes.md',
    "awk '{ print $1 }' notes.md | sort | uniq -c | sort -rn",
    "sed -n '1,3p' src/main.ts",
    '[ -d src ] && ls src | tr a-z A-Z | nl',
    'jq -r .version package.json; sha256sum notes.md; basename src/main.ts .ts',
    "find . -name '*.ts' -exec grep -l TODO {} +",
    'wc -l < notes.md',
    'git -C . status --short && git stash list',
    "printf '%s\\n' done",
  ]) {
    expect(await command(text), text).toBe('allow');
  }
  for (const text of [
    'sed -i s/a/b/ notes.md',
    'sort -o notes.md notes.md',
    'npm test',
    'echo x > notes.md',
    'kubectl get pods',
  ])
    expect(await command(text), text).toBe('ask');
  for (const text of ["awk 'BEGIN { system(1) }'", 'jq -n env', 'cat ~/.ssh/id_rsa', 'shutdown now'])
    expect(await command(text), text).toBe('deny');
});

test('a file in the private directory of a container mounts nothing of this machine', async () => {
  const person = caller({ workspace });
  const call = { id: '1', tool: 'exec', args: { command: 'echo x > /tmp/sallyport-report.txt' } };
  const classified = await classifier.classify(call, person);
  if (classified.kind === 'unclear') throw new Error(classified.because);
  const { verdict, grants } = policy.decide(classified.action, person, { now: 0, used: [], inputs: [] });
  expect(verdict).toBe('ask');
  expect([...grants.read, ...grants.write].filter((entry) => entry.startsWith('/'))).toEqual([]);
});

test('commands that reach a secret or another place are refused', async () => {
  for (const text of [
    'cat .env',
    'cat innocent.txt',
    'cat /etc/passwd',
    'cat etc/passwd',
    'cat $HOME/.ssh/id_rsa',
    'ls; cat .env',
    'echo x > .git/hooks/pre-commit',
    'shutdown now',
    'head -n1 < .env',
  ]) {
    expect(await command(text), text).not.toMatch(/allow|ask/);
  }
});

test('what changes something asks', async () => {
  for (const text of [
    'npm test',
    'rm -rf src',
    'git commit -m x',
    'git push',
    'echo hi > notes.md',
    'sed -i s/a/b/ notes.md',
  ]) {
    expect(await command(text), text).toBe('ask');
  }
  expect(await verdictOf('write', { path: 'notes.md', content: 'x' })).toBe('ask');
  expect(await verdictOf('http', { url: 'https://example.com/' })).toBe('ask');
});

test('looking around the workspace is allowed', async () => {
  for (const text of [
    'ls -la',
    'cat notes.md',
    'rg TODO src',
    'grep -rn x src | head -5',
    'git status',
    'git log --oneline -5',
    'git diff HEAD',
    'wc -l notes.md',
    'find . -name "*.ts"',
    'echo done',
  ]) {
    expect(await command(text), text).toBe('allow');
  }
  expect(await verdictOf('read', { path: 'src/main.ts' })).toBe('allow');
  expect(await verdictOf('list', { path: '.' })).toBe('allow');
  expect(await verdictOf('js', { code: 'return 1' })).toBe('allow');
});
