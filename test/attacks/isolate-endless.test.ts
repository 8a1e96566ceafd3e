import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

// One process, so that the next call meets whatever the last one left behind.
const sandbox = createTestSandbox({ processesMax: 1 });
afterAll(() => sandbox[Symbol.asyncDispose]());
const limits = { wallMs: 200, memoryMiB: 64 };
const late = 'failed: the program did not end within its 200 ms';

test.for([
  ['a loop', 'for (;;);'],
  ['a loop after an await', 'await null; for (;;);'],
  ['a loop after an awaited host call', 'await host.stat(".").catch(() => 0); for (;;);'],
  ['a chain of promises', 'const again = () => Promise.resolve().then(again); await again();'],
  ['a catastrophic regular expression', 'return /^(a+)+$/.test("a".repeat(50) + "b")'],
  ['a thenable that never stops', 'const t = { then(f) { f(t); } }; await t;'],
] as const)('%s is stopped after its time', async ([, code]) => {
  expect(said(await sandbox.run(code, {}, limits))).toBe(late);
  await livesOn(sandbox);
});

test('a loop that goes on behind a returned result does not reach into the next call', async () => {
  for (const code of [
    '(async () => { for (;;) await null; })(); return "a"',
    'Promise.resolve().then(() => Promise.resolve()).then(() => { for (;;); }); return "a"',
  ]) {
    expect(said(await sandbox.run(code, {}, limits))).toMatch(/^(a|failed: the program did not end)/);
    await livesOn(sandbox);
  }
});

test('a promise bomb ends the call', async () => {
  const bomb = 'const grow = async () => { await null; await Promise.all([grow(), grow()]); }; await grow();';
  expect(said(await sandbox.run(bomb, {}, { wallMs: 10_000, memoryMiB: 32 }))).toMatch(
    /^failed: the program (needed|did not)/,
  );
  await livesOn(sandbox);
});

test('recursion without end is an error of the program', async () => {
  expect(said(await sandbox.run('const f = () => f() + 1; return f()'))).toMatch(/^failed: RangeError/);
  expect(
    said(await sandbox.run('const f = () => { try { return f(); } finally { f(); } }; return f()', {}, limits)),
  ).toMatch(/^failed: /);
  const deep = 'let nested = []; for (let i = 0; i < 1e6; i += 1) nested = [nested]; return JSON.stringify(nested)';
  expect(said(await sandbox.run(deep))).toMatch(/^failed: /);
  await livesOn(sandbox);
});
