import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
writeFileSync(join(sandbox.workspace, 'a.txt'), 'content');

const poison = `
  for (const type of [Object, Array, String, Promise, Map, Function, Error, Symbol]) for (const name of Object.getOwnPropertyNames(type.prototype)) {
    try { if (name !== 'constructor') Object.defineProperty(type.prototype, name, { value: () => 'poison', configurable: true, writable: true }); } catch {}
  }
  for (const name of ['parse', 'stringify']) JSON[name] = () => 'poison';
  for (const name of ['apply', 'construct', 'getPrototypeOf']) Reflect[name] = () => 'poison';`;

test('replaced built-ins change what the program sees, not what the kernel does', async () => {
  expect(said(await sandbox.run(`${poison} return 'still text'`))).toMatch(/^(still text|poison|failed: )/);
  const outside = `${poison} try { return (await host.readText('/etc/passwd')).text } catch (e) { return 'refused' }`;
  expect(said(await sandbox.run(outside, { read: ['.'] }))).not.toMatch(/root:/);
  await livesOn(sandbox);
});

test('setters and getters on the object prototype are not called with anything of the host', async () => {
  const code = `const seen = []; for (const name of ['text', 'resolve', 'reject', 'path', '1', 'hasText', 'then'])
      Object.defineProperty(Object.prototype, name, { configurable: true, set(v) { seen.push(typeof v); }, get() { return undefined; } });
    try { await host.readText('a.txt') } catch {}
    return seen.filter((kind) => kind !== 'string' && kind !== 'undefined').length`;
  expect(said(await sandbox.run(code, { read: ['.'] }))).toMatch(/^(0|failed: )/);
  await livesOn(sandbox);
});

test('a forged __proto__ in arguments changes nothing in the kernel', async () => {
  await sandbox.call('js', {
    code: 'input',
    input: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  });
  await sandbox.run(
    'await host.fetch({ url: "http://x/", method: "GET", headers: JSON.parse(\'{"__proto__":{"polluted":"1"}}\') }).catch(() => 0)',
  );
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
