// Somebody whose session is labelled `untrusted` leaves a file behind, and another session reads it later. Whatever was
// done to the file in between by governed calls, the label comes along.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import type { Executor } from '../../src/kernel/ports.ts';
import type { CallResult, SandboxKind } from '../../src/kernel/types.ts';
import { createPathLabels } from '../../src/labels/path-labels.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { caller, honestExecutor, testPorts } from '../fixtures/ports.ts';
import { openStore, temporaryStore } from '../fixtures/temporary-store.ts';

const rules = `policy: p
rules:
  - id: all
    allow:
      read: ["**"]
      write: ["**"]
      run: ["cat *", "cp *", "mv *", "ln *", "chmod *", "touch *", "tee *", "head *", "sed *", "sort *", "tar *", "echo *", "git *", "grep *"]
    because: it is a test
  - { id: builds, allow: { run: ["make *"] }, grant: { write: ["."] }, because: builds write anywhere }
`;

/** A sandbox that really does what it is told, in the workspace itself. */
const doing = (sandbox: SandboxKind, workspace: string): Executor => ({
  ...honestExecutor(sandbox),
  execute: async (permit) => {
    const { args, tool } = Permit.redeem(permit).action;
    const { path, content, command } = args;
    if (tool === 'write') writeFileSync(join(workspace, String(path)), String(content));
    const output =
      tool === 'exec' ? execFileSync('bash', ['-c', String(command)], { cwd: workspace, encoding: 'utf8' }) : '';
    return { kind: 'ok', output, truncated: false, facts: {} };
  },
});

async function place() {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-launder-')));
  onTestFinished(() => rmSync(workspace, { recursive: true }));
  mkdirSync(join(workspace, 'sub'));
  writeFileSync(join(workspace, 'Makefile'), 'all:\n\techo planted > notes.md\nagain:\n\tchmod 600 notes.md\n');
  const { store, path } = await temporaryStore();
  const policies = fixedPolicy(await loadPolicy([{ path: 'p.yaml', text: rules }]));
  const ports = testPorts('allow', {
    classifier: createClassifier({ tools: builtInTools, privateDirectories: [] }),
    policies,
    labels: createPathLabels(store),
    executors: { isolate: doing('isolate', workspace), container: doing('container', workspace) },
  }).ports;
  const call = (tool: string, args: object, labels: readonly string[], by = ports): Promise<CallResult> => {
    const who = { ...caller, workspace, labels };
    return governedCall({ id: 'c', tool, args }, who, by, new AbortController().signal, () => {});
  };
  const clean = (command: string) => call('exec', { command }, []);
  return {
    workspace,
    clean,
    tainted: (command: string) => call('exec', { command }, ['untrusted']),
    write: (name: string, labels: readonly string[]) => call('write', { path: name, content: 'planted' }, labels),
    labelsOf: async (name: string) => (await clean(`cat ${name}`)).labels,
    restarted: async (name: string) => {
      const again = { ...ports, labels: createPathLabels(await openStore(path)) };
      return (await call('exec', { command: `cat ${name}` }, [], again)).labels;
    },
  };
}

test('a file of a clean session carries nothing', async () => {
  const { write, labelsOf, clean } = await place();
  await write('notes.md', []);
  expect(await labelsOf('notes.md')).toEqual([]);
  expect((await clean('make all')).labels).toEqual([]);
  expect(await labelsOf('notes.md')).toEqual([]);
});

test('another session and another process see the label', async () => {
  const { write, labelsOf, restarted } = await place();
  await write('notes.md', ['untrusted']);
  expect(await labelsOf('notes.md')).toEqual(['untrusted']);
  expect(await restarted('notes.md')).toEqual(['untrusted']);
});

test.each([
  ['copied', 'cp notes.md other.md', 'other.md'],
  ['moved', 'mv notes.md other.md', 'other.md'],
  ['moved with its folder', 'mv sub other', 'other/deep.md'],
  ['appended to another', 'cat notes.md >> other.md', 'other.md'],
  ['piped into another', 'cat notes.md | sort | tee other.md', 'other.md'],
  ['linked', 'ln -s notes.md other.md', 'other.md'],
  ['changed in place', 'sed -i s/planted/changed/ notes.md', 'notes.md'],
  ['given another mode', 'chmod 600 notes.md', 'notes.md'],
  ['touched', 'touch notes.md', 'notes.md'],
  ['read with its folder', 'echo', '*.md'],
  ['spelled through another folder', 'echo', 'sub/../notes.md'],
])('a file that was %s keeps it', async (_name, command, read) => {
  const { write, clean, labelsOf } = await place();
  await write('notes.md', ['untrusted']);
  await write('sub/deep.md', ['untrusted']);
  expect((await clean(command)).because).toBe('');
  expect(await labelsOf(read)).toEqual(['untrusted']);
});

test('a file that a build left behind carries the label of its session, also after a clean build touched it', async () => {
  const { tainted, clean, labelsOf } = await place();
  await tainted('make all');
  expect(await labelsOf('notes.md')).toEqual(['untrusted']);
  await clean('make again');
  expect(await labelsOf('notes.md')).toEqual(['untrusted']);
});

test('a link that leads to a labelled file is that file', async () => {
  const { write, labelsOf, workspace } = await place();
  symlinkSync('notes.md', join(workspace, 'link.md'));
  await write('notes.md', ['untrusted']);
  expect(await labelsOf('link.md')).toEqual(['untrusted']);
});

test('listing and searching a folder brings the labels of what is in it', async () => {
  const { write, clean } = await place();
  await write('sub/notes.md', ['untrusted']);
  expect((await clean('grep -r planted sub')).labels).toEqual(['untrusted']);
});
