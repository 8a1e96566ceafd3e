import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
writeFileSync(join(sandbox.workspace, 'a.txt'), 'content');
const late = 'failed: the program did not end within its 200 ms';
const limits = { wallMs: 200 };

test.for([
  ['a getter that never returns', 'await host.fetch({ get url() { for (;;); } })'],
  ['a toJSON that never returns', 'await host.stat({ toJSON() { for (;;); } })'],
  ['a text that never becomes one', 'await host.writeText("x", { toString() { for (;;); } })'],
  ['a proxy that never answers', 'await host.readText("a.txt", new Proxy({}, { ownKeys() { for (;;); } }))'],
  ['a primitive that never comes', 'await host.writeText("x", { [Symbol.toPrimitive]() { for (;;); } })'],
] as const)('%s ends with the time of the call', async ([, code]) => {
  expect(said(await sandbox.run(code, { read: ['.'], write: ['.'] }, limits))).toBe(late);
  await livesOn(sandbox);
});

test.for([
  ['a thenable', '{ then(resolve) { resolve("a.txt") } }'],
  ['a promise', 'Promise.resolve("a.txt")'],
  ['an object with a toString', '{ toString: () => "a.txt" }'],
  ['an array of one path', '["a.txt"]'],
  ['a String object of another kind', 'class extends String {}'],
] as const)('%s is no path', async ([, path]) => {
  const code = `try { await host.readText(${path}); return 'read' } catch (error) { return error.message }`;
  expect(said(await sandbox.run(code, { read: ['.'] }))).toMatch(/wrong arguments/);
});

test('getters that answer differently each time are asked once', async () => {
  const code = `let asked = 0; const request = { get url() { asked += 1; return asked === 1 ? 'http://127.0.0.1:9/' : 'http://granted.test/' } };
    const said = await host.fetch(request).catch((error) => error.message); return asked + ' ' + said`;
  expect(said(await sandbox.run(code, { connect: ['granted.test'] }))).toMatch(/^1 .*not granted to this call/);
});

test('an answer has plain prototypes of the isolate and no species of the guest', async () => {
  const code = `class Mine extends Array {} Object.defineProperty(Array, Symbol.species, { get() { return Mine } });
    Promise.prototype.constructor = class { static get [Symbol.species]() { throw new Error('called') } };
    const { entries } = await host.list('.');
    return [Object.getPrototypeOf(entries) === Array.prototype, entries instanceof Mine, Array.isArray(entries)].join()`;
  expect(said(await sandbox.run(code, { read: ['.'] }))).toMatch(/^(true,false,true|failed: called)$/);
  await livesOn(sandbox);
});

test('an answer that names __proto__ changes no prototype', async () => {
  writeFileSync(join(sandbox.workspace, '__proto__'), 'x');
  const code = `const listed = await host.list('.'); return Object.keys({}).length + typeof ({}).name + listed.entries.length`;
  expect(said(await sandbox.run(code, { read: ['.'] }))).toBe('0undefined2');
});
