import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import type { FileState } from '../../../src/kernel/types.ts';
import { type ChangeTools, changeFile } from '../../../src/sandbox/files/change-file.ts';
import { compileFileAccess } from '../../../src/sandbox/files/file-access.ts';
import { stateAt } from '../../../src/sandbox/files/file-state.ts';
import { noNotes } from '../../../src/sandbox/files/unfinished-files.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-change-')));
afterAll(() => rmSync(root, { recursive: true }));
const at = (path: string) => join(root, path);
writeFileSync(at('bytes'), 'new');
mkdirSync(at('ws'));

const tools: ChangeTools = {
  access: compileFileAccess({ ...noGrants, write: ['.'], exceptWrite: ['closed'] }, at('ws'), []),
  bytesOf: () => open(at('bytes')),
  unfinished: noNotes,
};
const sha256 = createHash('sha256').update('new').digest('hex');
const fresh: FileState = { kind: 'file', bytes: 3, sha256, mode: 0o640 };
const absent: FileState = { kind: 'absent' };
const change = (path: string, before: FileState, after: FileState = fresh) =>
  changeFile({ path, absolute: at(`ws/${path}`), before, after }, tools);

test('what is not as it was before is left as it is', async () => {
  writeFileSync(at('ws/a'), 'mine');
  symlinkSync('/etc/passwd', at('ws/link'));
  mkdirSync(at('ws/dir'));
  for (const path of ['a', 'link', 'dir']) await expect(change(path, absent)).rejects.toThrow('changed meanwhile');
  await expect(change('a', { ...fresh, mode: 0o644 })).rejects.toThrow('changed meanwhile');
  await expect(change('a', { ...fresh, mode: 0o644 }, absent)).rejects.toThrow('changed meanwhile');
  await expect(change('gone', fresh)).rejects.toThrow('changed meanwhile');
  expect(readFileSync(at('ws/a'), 'utf8')).toBe('mine');
  expect(readdirSync(at('ws')).sort()).toEqual(['a', 'dir', 'link']);
});

test('what is not granted is not changed', async () => {
  await expect(change('closed', absent)).rejects.toThrow('outside what this call may write');
  await expect(change('../beside', absent)).rejects.toThrow('outside what this call may write');
});

test('nothing is changed behind a link on the way', async () => {
  mkdirSync(at('elsewhere'));
  symlinkSync(at('elsewhere'), at('ws/out'));
  await expect(change('out/x', absent)).rejects.toThrow('changed while it was opened');
  await expect(stateAt(at('ws/out/x'))).rejects.toThrow('leads through a symbolic link');
  expect(readdirSync(at('elsewhere'))).toEqual([]);
});

test('a file comes, changes and goes, whole and with its permissions', async () => {
  await change('sub/new', absent);
  const made = await stateAt(at('ws/sub/new'));
  expect(made).toEqual(fresh);
  await change('sub/new', made, { ...fresh, mode: 0o700 });
  expect(await stateAt(at('ws/sub/new'))).toEqual({ ...fresh, mode: 0o700 });
  await change('sub/new', { ...fresh, mode: 0o700 }, absent);
  expect(readdirSync(at('ws/sub'))).toEqual([]);
});
