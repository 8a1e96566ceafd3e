import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

// One process, so that the next call meets whatever the last one left behind.
const sandbox = createTestSandbox({ processesMax: 1 });
afterAll(() => sandbox[Symbol.asyncDispose]());

const poison = `
  for (const type of [Object, Array, String, RegExp, Number, Function, Map, Date]) {
    for (const name of Reflect.ownKeys(type.prototype)) {
      try { Object.defineProperty(type.prototype, name, { value: () => 'poison', configurable: true, writable: true }); } catch {}
    }
  }
  globalThis.Function = globalThis.Date = globalThis.Object = globalThis.module = globalThis.define = () => 'poison';`;

test('std that was made from poisoned built-ins stays in its call', async () => {
  const touched = `${poison} for (const name of ['text', 'json', 'csv', 'time', 'path', 'diff']) { try { std[name] } catch {} } return 'done'`;
  const use = `return JSON.stringify([std.csv.parse('a,b\\n1,2'), std.time.iso(0), std.diff.unified('a\\n', 'b\\n').length])`;
  for (let round = 0; round < 6; round += 1) {
    expect(said(await sandbox.run(touched))).toMatch(/^(done|failed: )/);
    expect(said(await sandbox.run(use))).toBe('[[{"a":"1","b":"2"}],"1970-01-01T00:00:00Z",43]');
  }
});

test('the functions of std lead nowhere', async () => {
  const reached = 'typeof process + typeof require + typeof globalThis.Buffer';
  const code = `const found = [];
    for (const library of Object.values(std)) for (const each of Object.values(library))
      found.push(each.constructor.constructor('return ${reached}')(), typeof each.prototype);
    return [...new Set(found)].join()`;
  expect(said(await sandbox.run(code))).toBe(`${'undefined'.repeat(3)},undefined`);
});

test('a package inside std sees no window, no worker and no network', async () => {
  const code = `let asked = []; for (const name of ['XMLHttpRequest', 'Worker', 'Blob', 'postMessage', 'document', 'fetch'])
      Object.defineProperty(globalThis, name, { get() { asked.push(name); return undefined; } });
    std.csv.parse('a\\n1'); std.diff.lines('a', 'b');
    return asked.filter((name) => name !== 'document' && name !== 'postMessage').join() + typeof globalThis.Papa + typeof globalThis.Diff`;
  expect(said(await sandbox.run(code))).toBe('undefinedundefined');
  await livesOn(sandbox);
});

test('input that makes a library slow ends with the time of the call', async () => {
  const limits = { wallMs: 300 };
  const diff = `const line = () => Math.random() + '\\n'; const text = () => Array.from({ length: 20000 }, line).join('');
    return std.diff.unified(text(), text())`;
  expect(said(await sandbox.run(diff, {}, limits))).toBe('failed: the program did not end within its 300 ms');
  const json = `try { std.json.parse('['.repeat(4e6)) } catch (error) { return error.name }`;
  expect(said(await sandbox.run(json, {}, { wallMs: 5_000, memoryMiB: 64 }))).toMatch(/^(SyntaxError|failed: )/);
  await livesOn(sandbox);
});
