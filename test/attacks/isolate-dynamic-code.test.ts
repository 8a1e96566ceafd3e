import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

// What ECMAScript 2026 and its annexes know, `std`, and no more. A new engine brings new names: look at each before adding it.
const known =
  `AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array BigUint64Array Boolean DataView Date
  DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
  Set String SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray
  WeakMap WeakRef WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN
  parseFloat parseInt std undefined unescape`.split(/\s+/);

test('an isolate has no global that nobody looked at', async () => {
  const names = JSON.parse(said(await sandbox.run('return JSON.stringify(Reflect.ownKeys(globalThis).map(String))')));
  expect(names.filter((name: string) => !known.includes(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(50);
});

test('every way to make a function gives one of the isolate', async () => {
  const code = `const makers = [function () {}, function* () {}, async () => {}, async function* () {}, class {}, host.stat, std.csv.parse]
      .map((each) => Object.getPrototypeOf(each).constructor);
    const seen = makers.map((Maker) => { const made = Maker('return typeof process + typeof require + (this === globalThis)'); return typeof made(); });
    const plain = makers[0]('return typeof process + typeof require + (this === globalThis)')();
    return seen.join() + ' ' + plain`;
  expect(said(await sandbox.run(code))).toBe('string,object,object,object,string,string,string undefinedundefinedtrue');
});

test.for([
  ['an import', "await import('node:fs')"],
  ['an import of data', "await import('data:text/javascript,export default 1')"],
  ['an import with an assertion', "await import('/etc/passwd', { with: { type: 'json' } })"],
  ['a deferred import', 'await eval(\'import.defer("node:fs")\')'],
  ['import.meta', "return eval('import.meta.url')"],
  ['a require that was guessed', "return (0, eval)('require')('fs')"],
  ['a new realm', 'return new ShadowRealm().evaluate("typeof process")'],
  ['shared memory', 'return new SharedArrayBuffer(1).byteLength'],
  ['waiting', 'return Atomics.wait(new Int32Array(4), 0, 0, 1e9)'],
  ['machine code', 'return new WebAssembly.Memory({ initial: 1, shared: true, maximum: 1 }).buffer'],
  ['the engine behind a percent sign', "return eval('%DebugPrint(1)')"],
] as const)('%s fails', async ([, code]) => {
  expect(said(await sandbox.run(code))).toMatch(/^failed: /);
});

test('what was taken away does not come back', async () => {
  const code = `const gone = ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'console'];
    const again = gone.map((name) => typeof globalThis[name] + typeof Object.getOwnPropertyDescriptor(globalThis, name));
    const buffers = [new ArrayBuffer(8), new Uint8Array(8).buffer, new Float16Array(1).buffer].map((b) => Object.prototype.toString.call(b));
    return [...new Set([...again, ...buffers])].join()`;
  expect(said(await sandbox.run(code))).toBe('undefinedundefined,[object ArrayBuffer]');
});

test('a stack trace tells nothing of the machine, however it is prepared', async () => {
  const code = `Error.stackTraceLimit = Infinity; const texts = [];
    try { null.x } catch (error) { texts.push(error.stack) }
    try { await host.stat('/nowhere') } catch (error) { texts.push(error.stack) }
    Error.prepareStackTrace = (error, sites) => sites.map((s) => [s.getFileName(), s.getScriptNameOrSourceURL(), s.getEvalOrigin(), typeof s.getThis(), typeof s.getFunction()].join()).join('\\n');
    texts.push(new Error('x').stack); try { await host.stat('/nowhere') } catch (error) { texts.push(error.stack) }
    return texts.join('\\n')`;
  const text = said(await sandbox.run(code, { read: ['.'] }));
  expect(text).not.toMatch(/node:|\.ts\b|\/src\/|\/home|\/work|process/);
  expect(text).not.toContain(sandbox.workspace);
});

test('a stack that is prepared for ever ends with the time of the call', async () => {
  const code = 'Error.prepareStackTrace = () => { for (;;); }; throw new Error("x")';
  expect(said(await sandbox.run(code, {}, { wallMs: 200 }))).toMatch(/^failed: /);
  await livesOn(sandbox);
});
