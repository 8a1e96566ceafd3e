// Half of a surrogate pair is a character to JavaScript and none to a file system or a record: what is judged under one name
// would be written under another, and no record could hold it. And requests forged by way of JSON are judged like any other.

import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, livesOn, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const grants = { read: ['.'], write: ['.'], connect: ['http://127.0.0.1:9/'] };

test.for([
  ['a path that is written', 'host.writeText("a\\ud800.txt", "x")'],
  ['a path that is read', 'host.readText("a\\udc00.txt")'],
  ['a path that is looked at', 'host.stat("\\ud800")'],
  ['a directory', 'host.list("d\\ud800")'],
  ['a URL', 'host.fetch({ url: "http://127.0.0.1:9/\\ud800" })'],
  ['a method', 'host.fetch({ url: "http://127.0.0.1:9/", method: "\\ud800" })'],
  ['a header', 'host.fetch({ url: "http://127.0.0.1:9/", headers: { a: "\\ud800" } })'],
])('half a character in %s is refused', async ([, call]) => {
  const outcome = await sandbox.run(`try { await ${call}; return 'done' } catch (e) { return e.message }`, grants);
  expect(said(outcome)).toMatch(/wrong arguments.*half a surrogate pair/);
  expect(JSON.stringify(outcome.facts)).not.toMatch(/\\ud[89a-f]/i);
});

test('nothing was written by any of them', async () => {
  expect(readdirSync(sandbox.workspace)).toEqual([]);
  await livesOn(sandbox);
});

test.for([
  ['raw JSON', 'host.list(JSON.rawJSON(\'"/etc"\'))'],
  ['a `toJSON` of all texts', '(String.prototype.toJSON = () => "/etc", host.list("."))'],
  ['a `toJSON` of all lists', '(Array.prototype.toJSON = () => ["list", { path: "/etc" }], host.list("."))'],
  ['a `toJSON` of all objects', '(Object.prototype.toJSON = () => ({ path: "/etc" }), host.list("."))'],
])('a request that is forged with %s is judged like any other', async ([, call]) => {
  const outcome = await sandbox.run(
    `try { return JSON.stringify(await ${call}) } catch (e) { return e.message }`,
    grants,
  );
  expect(said(outcome)).not.toMatch(/passwd|shadow/);
});
