import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const limits = { memoryMiB: 48, wallMs: 2_000 };
const js = (code: string) => sandbox.call('js', { code, input: null }, {}, limits);

test.for([
  ['a number without end', 'let n = 2n; for (;;) n = n * n;'],
  ['a shift', 'return (1n << 2n ** 30n).toString().length'],
  ['digits of a huge number', 'return (2n ** 3_000_000n).toString().length > 0 ? "slow" : ""'],
  ['a repeated text', 'return "ab".repeat(2 ** 28).length + "x".padStart(2 ** 28).split("").length'],
  ['a text joined from holes', 'return new Array(2 ** 28).join("x").length && new Array(2 ** 27).fill("y").join("z")'],
  ['a sparse array that is sorted', 'const a = []; a[2 ** 32 - 2] = 1; a.sort(); return a.fill(0).length'],
  ['a flattened array', 'let a = [1]; for (let i = 0; i < 40; i += 1) a = [a, a]; return a.flat(Infinity).length'],
  [
    'a template with a million parts',
    'return eval("`" + ("$" + "{1}").repeat(1e6) + "`").length.toString().repeat(1e9)',
  ],
  ['a function with a million arguments', 'return Math.max(...new Array(1e8).fill(1))'],
  ['a map that grows', 'const m = new Map(); for (let i = 0; ; i += 1) m.set(i, [i]);'],
  ['symbols that stay', 'for (let i = 0; ; i += 1) Symbol.for("s".repeat(1000) + i);'],
  ['a regular expression that was written to be slow', 'return /(?:(a|aa|a?)+)+(?<!b)$/.test("a".repeat(40) + "c")'],
  [
    'a huge regular expression',
    'return new RegExp("(?:" + "a{1,1000}".repeat(3000) + ")").test("a".repeat(1e5) + "b")',
  ],
  ['replacing everything with more', 'let s = "a"; for (;;) s = s.replace(/a/g, "aaaaaaaa");'],
] as const)('%s ends the call with a cause', async ([, code]) => {
  const outcome = await sandbox.run(code, {}, limits);
  expect(outcome.kind === 'ok' ? outcome.output.length < 10_000 : outcome.because.length > 10).toBe(true);
  await livesOn(sandbox);
});

test('recursion hidden in built-ins is an error of the program', async () => {
  for (const code of [
    'let a = []; for (let i = 0; i < 1e6; i += 1) a = [a]; return String(a)',
    'let o = {}; for (let i = 0; i < 1e6; i += 1) o = { o }; return JSON.stringify(o)',
    'return JSON.stringify({ toJSON() { return { again: this } } })',
    'return [1].map(function f() { return [1].map(f) })',
    'const p = new Proxy({}, { get: (t, k, r) => r[k] }); return p.x',
    'return "a".replace(/a/, function f() { return "a".replace(/a/, f) })',
    'class A { get [Symbol.toPrimitive]() { return String(this) } } return String(new A())',
  ])
    expect(said(await sandbox.run(code, {}, limits)), code).toMatch(/^failed: /);
  await livesOn(sandbox);
});

test('text that is parsed deep is refused or parsed, and nothing breaks', async () => {
  expect(said(await sandbox.run('return typeof JSON.parse("[".repeat(1e5) + "]".repeat(1e5))', {}, limits))).toMatch(
    /^(object|failed: )/,
  );
  expect(said(await sandbox.run('return typeof eval("(".repeat(1e5) + ")".repeat(1e5))', {}, limits))).toMatch(
    /^failed: /,
  );
  await livesOn(sandbox);
});

test('a result deeper than a hundred levels is refused, one less is not', async () => {
  const nested = (depth: number) => `let a = 1; for (let i = 0; i < ${depth}; i += 1) a = { a }; return a`;
  expect(said(await js(nested(101)))).toBe(
    'failed: the value is nested more than 100 levels deep: return what is needed of it',
  );
  expect((await js(nested(100))).kind).toBe('ok');
  const text = `return ${JSON.stringify(`\n${' '.repeat(500)}`)}`;
  expect((await js(text)).kind).toBe('ok');
});
