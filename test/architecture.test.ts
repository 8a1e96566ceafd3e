import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

// The law of the folders (DESIGN.md, "Folders"). A test that scanned too little proves nothing, so each has a floor.

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

interface File {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: File[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(source, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
    return { path, folder: path.includes('/') ? (path.split('/')[0] ?? '') : '', text, imports };
  });

const isComposition = (file: File) => file.folder === '' || file.folder === 'cli';

/** The folder of ours that an import reaches, or '' for packages and Node's own modules. */
function folderReached(file: File, specifier: string): string {
  if (!specifier.startsWith('.')) return '';
  return relative(source, resolve(join(source, file.path), '..', specifier)).split('/')[0] ?? '';
}

const offenders = (breaks: (file: File) => boolean) => files.filter(breaks).map((file) => file.path);

test('enough files were scanned for the rules below to mean something', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(200);
  expect(new Set(files.map((file) => file.folder)).size).toBeGreaterThanOrEqual(8);
});

test('the kernel imports none of ours, and every other folder only the kernel and itself', () => {
  const breaks = (file: File) =>
    !isComposition(file) &&
    file.imports.some((specifier) => !['', 'kernel', file.folder].includes(folderReached(file, specifier)));
  expect(offenders(breaks)).toEqual([]);
  expect(
    offenders(
      (file) =>
        file.folder === 'kernel' &&
        file.imports.some((one) => folderReached(file, one) !== 'kernel' && one.startsWith('.')),
    ),
  ).toEqual([]);
});

test('child processes, isolated-vm and Docker are reached from the sandbox folder alone', () => {
  const reach =
    /^(node:)?child_process$|^(node:)?cluster$|^(node:)?worker_threads$|^isolated-vm$|^dockerode$|^execa$|^(node:)?vm$/;
  const reaching = files.filter((file) => file.imports.some((specifier) => reach.test(specifier)));
  // Threads that hash records, and git for checkpoints and for the files of workspaces: what it runs comes from no call.
  const others = [
    'ledger/check-thread.ts',
    'ledger/page-checker.ts',
    'publish/publish-to-git.ts',
    'publish/commit-workspace.ts',
  ];
  const unexpected = reaching.filter((file) => file.folder !== 'sandbox' && !others.includes(file.path));
  expect(unexpected.map((file) => file.path)).toEqual([]);
  expect(reaching.length).toBeGreaterThanOrEqual(2);
});

test('the environment is read in the configuration and at the composition root alone', () => {
  const reads = (file: File) => /process\.env\b/.test(file.text);
  expect(offenders((file) => reads(file) && !['config.ts', 'main.ts'].includes(file.path))).toEqual([]);
  expect(offenders(reads).length).toBeGreaterThanOrEqual(1);
});

test('P1: permits are minted in one place', () => {
  expect(offenders((file) => /new Permit\(/.test(file.text))).toEqual(['kernel/governed-call.ts']);
  expect(offenders((file) => /Symbol\('minting'\)/.test(file.text))).toEqual(['kernel/governed-call.ts']);
  const law = files.find((file) => file.path === 'kernel/governed-call.ts');
  expect(law?.text.split('\n').length).toBeLessThan(200);
  expect(law?.text).not.toMatch(/export (const|let|var|\{)/);
});

test('P6: answers to approvals come in at the fronts alone, and in each at one place', () => {
  const answers = (file: File) => /\bapprovals\.answer\(/.test(file.text);
  const fronts = ['cli', 'gateway'];
  expect(offenders((file) => answers(file) && !fronts.includes(file.folder))).toEqual([]);
  for (const front of fronts) expect(offenders((file) => answers(file) && file.folder === front)).toHaveLength(1);
  const making = /\b(createApprovals|createProver|createDelegationDesk|createKeyDesk|openCodeSecrets)\(/;
  const makes = (file: File) => making.test(file.text) && !isComposition(file) && file.folder !== 'approvals';
  expect(offenders(makes)).toEqual([]);
  expect(files.filter((file) => making.test(file.text)).length).toBeGreaterThanOrEqual(5);
});

test('P12: effects are reached through the passage alone', () => {
  const calls = (file: File) => /\.execute\(|\bexecutor\.preview\(|\bchanges\.commit\(/.test(file.text);
  expect(offenders(calls)).toEqual(['kernel/governed-call.ts']);
  expect(offenders((file) => /\bPermit\.redeem\(/.test(file.text) && file.folder !== 'sandbox')).toEqual([]);
  const writes = (file: File) => file.imports.some((one) => /^(node:)?fs(\/promises)?$/.test(one));
  const mayTouchFiles = ['sandbox', 'store', 'labels', 'cli', 'models', 'policy', 'publish', 'sessions', ''];
  expect(offenders((file) => writes(file) && !mayTouchFiles.includes(file.folder))).toEqual([]);
});

test('nothing is exported by default, and no rule is switched off', () => {
  expect(offenders((file) => /^export default/m.test(file.text))).toEqual([]);
  expect(offenders((file) => /biome-ignore|@ts-ignore|@ts-expect-error|@ts-nocheck/.test(file.text))).toEqual([]);
});
