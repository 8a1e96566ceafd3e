import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const small = { memoryMiB: 32 };
const tooMuch = 'failed: the program needed more memory than its 32 MiB';

test('a heap that fills up ends the call, before and after an await, and nothing else', async () => {
  const fill = 'const kept = []; for (;;) kept.push({ a: kept.length, b: [kept.length] });';
  expect(said(await sandbox.run(fill, {}, small))).toBe(tooMuch);
  expect(said(await sandbox.run(`await null; ${fill}`, {}, small))).toBe(tooMuch);
  await livesOn(sandbox);
});

test('a string that doubles for ever ends the call', async () => {
  expect(said(await sandbox.run('let text = "x"; for (;;) text += text;', {}, small))).toMatch(/^failed: /);
  expect(
    said(await sandbox.run('const all = []; for (;;) all.push("x".repeat(2 ** 20) + all.length);', {}, small)),
  ).toMatch(/^failed: /);
  await livesOn(sandbox);
});

test('requests to the host that nobody awaits end the call before they fill the process', async () => {
  const flood = 'const text = "x".repeat(2 ** 20); for (;;) host.writeText("x", text + Math.random());';
  expect(said(await sandbox.run(flood, {}, { ...small, wallMs: 20_000 }))).toMatch(/^failed: .*(memory|host calls)/);
  await livesOn(sandbox);
});
