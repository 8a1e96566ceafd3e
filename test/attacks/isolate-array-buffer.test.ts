import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const small = { memoryMiB: 32 };

test('a huge buffer, and many buffers, end the call', async () => {
  expect(said(await sandbox.run('return new ArrayBuffer(2 ** 40).byteLength', {}, small))).toMatch(/^failed: /);
  expect(said(await sandbox.run('return new Uint8Array(2 ** 32).fill(1).length', {}, small))).toMatch(/^failed: /);
  expect(
    said(await sandbox.run('const all = []; for (;;) all.push(new Uint8Array(2 ** 22).fill(1));', {}, small)),
  ).toMatch(/^failed: /);
  await livesOn(sandbox);
});

test('a resizable buffer cannot grow past the memory of the call', async () => {
  const grow = `const buffer = new ArrayBuffer(0, { maxByteLength: 2 ** 31 });
    for (let size = 0; size < 2 ** 31; ) { size += 2 ** 22; buffer.resize(size); new Uint8Array(buffer, size - 2 ** 22).fill(1); }
    return 'grown'`;
  expect(said(await sandbox.run(grow, {}, small))).toBe('failed: the program needed more memory than its 32 MiB');
  await livesOn(sandbox);
});

test('many resizable buffers that only reserve end the call or stay small', async () => {
  const reserve =
    'const all = []; for (let i = 0; i < 1e5; i += 1) all.push(new ArrayBuffer(1, { maxByteLength: 2 ** 33 })); return "kept"';
  expect(said(await sandbox.run(reserve, {}, { ...small, wallMs: 5_000 }))).toMatch(/^(failed: |kept)/);
  await livesOn(sandbox);
});
