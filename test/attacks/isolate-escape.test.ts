import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const reached = 'typeof process + typeof require + typeof globalThis.Buffer';
const nothing = 'undefined'.repeat(3);

test.for([
  ['the constructor of the constructor', `return host.stat.constructor.constructor('return ${reached}')()`],
  [
    'the constructor of a promise from the host',
    `return host.stat('.').catch(() => 0).constructor.constructor('return ${reached}')()`,
  ],
  [
    'the constructor of an error from the host',
    `try { await host.stat('/'); } catch (e) { return e.constructor.constructor('return ${reached}')() }`,
  ],
  [
    'the constructor of an answer from the host',
    `const a = await host.stat('.'); return a.constructor.constructor('return ${reached}')()`,
  ],
  ['indirect eval', `return (0, eval)('${reached}')`],
  ['an import', `try { await import('node:fs'); return 'imported' } catch { return '${nothing}' }`],
  [
    'the caller of a function',
    `const f = function () { return f.caller }; const c = f(); return c === null ? '${nothing}' : c.constructor('return ${reached}')()`,
  ],
  [
    'call sites of a stack',
    `Error.prepareStackTrace = (_, sites) => sites;
     const sites = new Error().stack; const found = sites.map((s) => s.getFunction()).filter(Boolean).concat(sites.map((s) => s.getThis()).filter(Boolean));
     return found.map((f) => f.constructor.constructor('return ${reached}')()).find((text) => text !== '${nothing}') ?? '${nothing}'`,
  ],
])('%s leads nowhere', async ([, code]) => {
  expect(said(await sandbox.run(code ?? '', { read: ['.'] }))).toBe(nothing);
});

test('the host functions cannot be changed and inherit nothing', async () => {
  const code = `try { host.readText = 1 } catch {} try { host.stat.call = 1 } catch {}
    return [Object.isFrozen(host), Object.getPrototypeOf(host), Object.isFrozen(host.readText), Reflect.ownKeys(host).join()].join(' ')`;
  expect(said(await sandbox.run(code))).toBe('true  true readText,list,stat,writeText,fetch');
});

test('arguments that are not plain data never leave the isolate as more than text', async () => {
  const odd = [
    '{}',
    '[]',
    'Symbol()',
    '() => 1',
    'new Proxy({}, {})',
    '1n',
    'null',
    'undefined',
    '{ toJSON() { return "x" } }',
    '"a\\0b"',
    '"x".repeat(5000)',
  ];
  for (const path of odd) {
    const code = `try { await host.readText(${path}); return 'read' } catch (e) { return e instanceof Error || 'not an error' }`;
    expect(said(await sandbox.run(code, { read: ['.'] })), path).toBe('true');
  }
  await livesOn(sandbox);
});

test('the isolate process has no environment, is not root, and may read no file', async () => {
  await sandbox.run('return 1');
  const { pid } = await livesOn(sandbox);
  expect(readFileSync(`/proc/${pid}/environ`, 'latin1').replaceAll('\0', '')).toBe('');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  if (process.getuid?.() === 0) expect(status).toMatch(/^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
  expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')).toContain('--permission');
});
