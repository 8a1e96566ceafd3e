import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const js = (code: string, limits = {}) => sandbox.call('js', { code, input: null }, {}, limits);

test('a getter, a toJSON or a proxy in the result runs inside the time of the call', async () => {
  const traps = [
    '({ get a() { for (;;); } })',
    '({ toJSON() { for (;;); } })',
    'new Proxy({}, { ownKeys() { for (;;); } })',
    '({ then() { for (;;); } })',
  ];
  for (const trap of traps)
    expect(said(await js(trap, { wallMs: 150 })), trap).toMatch(/^failed: the program did not end/);
  await livesOn(sandbox);
});

test('a result that cannot be JSON is an error in words', async () => {
  expect(said(await js('const a = {}; a.a = a; return a'))).toMatch(/^failed: TypeError: /);
  expect(said(await js('({ get a() { throw new Error("trap") } })'))).toBe('failed: trap');
  await livesOn(sandbox);
});

test('a result and a log of any length are cut', async () => {
  const outcome = await js('for (let i = 0; i < 1e5; i += 1) console.log("x".repeat(100)); return "y".repeat(1e7)', {
    outputBytes: 1_000,
  });
  expect(outcome).toMatchObject({ kind: 'ok', truncated: true });
  expect(said(outcome)).toHaveLength(1_000);
  await livesOn(sandbox);
});

test('arguments that are too long are refused before anything runs', async () => {
  const outcome = await sandbox.call('js', { code: '1', input: 'x'.repeat(5 * 1_048_576) });
  expect(said(outcome)).toMatch(/^failed: the arguments are longer than/);
  await livesOn(sandbox);
});
