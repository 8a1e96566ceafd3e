import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

// One process, so that the next call meets whatever the last one left behind.
const sandbox = createTestSandbox({ processesMax: 1 });
afterAll(() => sandbox[Symbol.asyncDispose]());
const limits = { wallMs: 200 };
const endless =
  'new Proxy(new Error("x"), { get() { for (;;); }, getPrototypeOf() { for (;;); }, has() { for (;;); } })';

test('a thrown proxy that never answers ends with the time of the call', async () => {
  expect(said(await sandbox.run(`throw ${endless}`, {}, limits))).toMatch(/^failed: the program did not end/);
  expect(said(await sandbox.run(`await null; throw ${endless}`, {}, limits))).toMatch(
    /^failed: the program did not end/,
  );
  await livesOn(sandbox);
});

test('a rejected promise that nobody handles and that never answers does not reach the next call', async () => {
  expect(said(await sandbox.run(`Promise.reject(${endless}); return "a"`, {}, limits))).toMatch(/^(a|failed: )/);
  await livesOn(sandbox);
  expect(said(await sandbox.run('for (let i = 0; i < 1e4; i += 1) Promise.reject(new Error(i)); return "b"'))).toMatch(
    /^(b|failed: )/,
  );
  await livesOn(sandbox);
});

test.for([
  ['throw null', 'threw null'],
  ['throw undefined', 'threw undefined'],
  ['throw Symbol("s")', 'threw Symbol(s)'],
  ['throw Object.create(null)', 'undefined'],
  ['throw { get message() { throw 1; } }', 'threw something that cannot be described'],
  ['throw { message: Symbol("s") }', 'threw something that cannot be described'],
  ['throw Object.assign(new Error(""), { name: "" })', ': '],
  ['throw new Error("x".repeat(1e6))', 'x'.repeat(4_000)],
])('%s becomes text', async ([code, because]) => {
  expect(said(await sandbox.run(code ?? ''))).toBe(`failed: ${because}`);
});
