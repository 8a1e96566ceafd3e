// A promise that fails while nobody waits for it: the program goes on, its isolate is not broken, and where the program never
// ends the reason is told. What it was rejected with is whatever the guest made of it.

import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const run = async (code: string) => said(await sandbox.run(code, { read: ['.'] }, { wallMs: 3_000 }));
const refused = '`/etc` is outside what this call may read';

test('a refused host call that nobody waits for is the reason where the program never ends', async () => {
  expect(await run('host.stat("/etc"); await new Promise(() => {})')).toBe(`failed: ${refused}`);
});

test('a refused host call that nobody waits for does not end a program that does not care', async () => {
  expect(await run('host.stat("/etc"); await host.stat("."); return "went on"')).toBe('went on');
});

test('a refused host call can be caught later than it is refused', async () => {
  const code =
    'const early = host.stat("/etc"); await host.stat("."); try { await early } catch (e) { return e.message }';
  expect(await run(code)).toBe(refused);
});

test.for([
  ['undefined', 'undefined'],
  ['null', 'null'],
  ['a symbol', 'Symbol("x")'],
  ['a function', '() => 1'],
  ['an error with a message that is none', 'Object.assign(new Error(), { message: { toString: 1 } })'],
  ['an error with a very long message', 'new Error("x".repeat(5e7))'],
  ['an object whose message throws', '{ get message() { throw 1 } }'],
  [
    'words that sound like the end of the isolate',
    'new Error("Isolate was disposed during execution due to memory limit")',
  ],
])('a promise that is rejected with %s breaks nothing', async ([, value]) => {
  expect(await run(`Promise.reject(${value}); await host.stat("."); return "went on"`)).toBe('went on');
  expect(await run(`Promise.reject(${value}); await new Promise(() => {})`)).toMatch(/^failed: (?!.*crashed)/);
  await livesOn(sandbox);
});
