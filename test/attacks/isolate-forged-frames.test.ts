import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { encodeFrame, type Frame, type FrameKind } from '../../src/sandbox/isolate/frames.ts';
import { createTestSandbox, said } from '../sandbox/isolate-harness.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A process that says these bytes to the kernel instead of being an isolate process. */
function liar(...said: readonly (Buffer | Frame)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-liar-'));
  folders.push(folder);
  const bytes = Buffer.concat(said.map((each) => (Buffer.isBuffer(each) ? each : encodeFrame(each))));
  writeFileSync(join(folder, 'bytes'), bytes);
  const path = join(folder, 'node');
  writeFileSync(path, `#!/bin/sh\ncat '${join(folder, 'bytes')}' >&3\nread -r _ <&3\nexec sleep 60\n`);
  chmodSync(path, 0o755);
  return path;
}
const frame = (kind: FrameKind, id = 0, meta = '', text = ''): Frame => ({ kind, id, meta, text });

test.for([
  ['bytes that are no frame', liar(Buffer.alloc(1_000))],
  ['a frame longer than any', liar(Buffer.from([0xff, 0xff, 0xff, 0xff, 4, 0, 0, 0, 0]))],
  ['a frame of no known kind', liar(Buffer.from([0, 0, 0, 9, 99, 0, 0, 0, 0, 0, 0, 0, 0]))],
  ['a meta longer than its frame', liar(Buffer.from([0, 0, 0, 9, 4, 0, 0, 0, 0, 0, 0, 1, 0]))],
] as const)('%s ends the process that said it', async ([, nodePath]) => {
  await using sandbox = createTestSandbox({ nodePath });
  expect(said(await sandbox.run('return 1', {}, { wallMs: 500 }))).toMatch(
    /^failed: could not start an isolate process/,
  );
});

test('words only the kernel may say, and a second ready, end the call', async () => {
  for (const kind of ['start', 'answer', 'ready'] as const) {
    await using sandbox = createTestSandbox({ nodePath: liar(frame('ready', process.pid)) });
    await sandbox.executor.availability(noGrants, '/work/place');
    await using lying = createTestSandbox({ nodePath: liar(frame('ready', process.pid), frame(kind)) });
    expect(said(await lying.run('return 1', {}, { wallMs: 300 })), kind).toMatch(/^failed: /);
  }
});

test('an escaped process gets nothing that its permit does not grant, and cannot reach the kernel through its pid', async () => {
  const asks = frame('request', 1, JSON.stringify(['readText', { path: '/etc/passwd', range: {} }]));
  await using sandbox = createTestSandbox({
    nodePath: liar(frame('ready', process.pid), asks, frame('returned', 0, '', 'mine')),
  });
  const outcome = await sandbox.run('return 1', { read: ['.'] }, { wallMs: 500 });
  expect(outcome.facts).not.toMatchObject({ read: [expect.anything()] });
});

test('a process that dies at once is told apart from one that is slow', async () => {
  await using sandbox = createTestSandbox({ nodePath: '/bin/false' });
  expect(said(await sandbox.run('return 1'))).toMatch(/could not start an isolate process: it ended without a word/);
});
