import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

// One process, so that the next call meets whatever the last one left behind.
const sandbox = createTestSandbox({ processesMax: 1 });
afterAll(() => sandbox[Symbol.asyncDispose]());
const limits = { wallMs: 1_000, memoryMiB: 64 };
writeFileSync(join(sandbox.workspace, 'a.txt'), 'content');

test.for([
  ['an async generator that nobody drains', '(async function* () { for (;;) yield await null; })().next(); return "a"'],
  [
    'an async generator that drains itself',
    '(async () => { for await (const each of (async function* () { for (;;) yield await null; })()); })(); return "a"',
  ],
  [
    'a finalizer',
    'const r = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1e5; i += 1) r.register({}, i); return "a"',
  ],
  ['a weak reference', 'const r = new WeakRef({ big: new Array(1e6).fill(1) }); return typeof r.deref()'],
  ['a loop after a host call that was not awaited', 'host.stat("a.txt").then(() => { for (;;); }); return "a"'],
  ['asking for more with every answer', 'const f = () => host.stat("a.txt").then(f, f); f(); f(); f(); return "a"'],
] as const)('%s does not reach into the next call', async ([, code]) => {
  for (let round = 0; round < 3; round += 1) {
    expect(said(await sandbox.run(code, { read: ['.'] }, limits))).toMatch(/^(a|object|failed: )/);
    await livesOn(sandbox);
  }
});

test('an effect asked for after the last word never happens', async () => {
  const code = `Promise.resolve().then(() => Promise.resolve()).then(() => Promise.resolve()).then(() => Promise.resolve())
    .then(() => host.writeText('late.txt', 'late')); return 'a'`;
  const outcome = await sandbox.run(code, { read: ['.'], write: ['.'] });
  const there = await sandbox.run('return host.readText("late.txt").then((part) => part.text, (e) => e.message)', {
    read: ['.'],
  });
  const wrote = JSON.stringify(outcome.facts.wrote);
  expect(said(there) === 'late').toBe(wrote.includes('late.txt'));
});
