import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeKey } from '../src/approvals/keys.ts';
import { readConfigFile } from '../src/config-file.ts';
import { temporaryFolder } from './fixtures/temporary-store.ts';

function read(text: string) {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return readConfigFile(path);
}

test('people who could pass for each other stop the load', () => {
  const { publicKey } = makeKey('');
  for (const people of [
    '[{ id: ann, roles: [] }, { id: ann, roles: [operator] }]',
    '[{ id: ann, roles: [] }, { id: ANN, roles: [operator] }]',
    '[{ id: ann, roles: [] }, { id: bob, roles: [], channels: ["os:ann"] }]',
    '[{ id: ann, roles: [], channels: ["telegram:1"] }, { id: bob, roles: [], channels: ["telegram:1"] }]',
    `[{ id: ann, roles: [], keys: ["${publicKey}"] }, { id: bob, roles: [], keys: ["${publicKey}"] }]`,
  ]) {
    expect(() => read(`people: ${people}`), people).toThrow(/could pass for the other/);
  }
});

test('an identity without a transport, a key that is none and an unknown member stop the load', () => {
  for (const [person, because] of [
    ['{ id: ann, roles: [], channels: [ann] }', /must be a transport and a name/],
    ['{ id: ann, roles: [], channels: ["os:"] }', /must be a transport and a name/],
    ['{ id: ann, roles: [], keys: ["ssh-ed25519 AAAA"] }', /a public key starts with/],
    ['{ id: ann, roles: [], chanels: ["os:ann"] }', /chanels/],
    ['{ id: "", roles: [] }', /people/],
  ] as const) {
    expect(() => read(`people: [${person}]`), person).toThrow(because);
  }
});

test('people come as they are written', () => {
  const { publicKey } = makeKey('');
  const { people } = read(
    `people: [{ id: ann, roles: ["*"], channels: ["os:a"], keys: ["${publicKey}"] }, { id: bob, roles: [] }]`,
  );
  expect(people).toEqual([
    { id: 'ann', roles: ['*'], channels: ['os:a'], keys: [publicKey] },
    { id: 'bob', roles: [] },
  ]);
  expect(read('').people).toEqual([]);
});
