import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCommittedText } from '../../src/kernel/commitment.ts';
import { type AboutArguments, ledgerEntry, outputInRecordMax } from '../../src/kernel/ledger-entry.ts';
import { findPrivateAt, nothingPrivate } from '../../src/kernel/private-parts.ts';
import { createRedactor } from '../../src/kernel/redactor.ts';
import type { Json, JsonObject } from '../../src/kernel/types.ts';

const secret = 'hunter2-hunter2';
const redact = createRedactor([secret]);
const findPrivate = findPrivateAt(['login.token', 'http.headers.authorization', 'pin.*', 'login.users.*.name']);

const made = (body: object, about: readonly AboutArguments[] = []) =>
  ledgerEntry('call-finished', body, { redact, findPrivate }, about);
const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value : []);

test('what is no plain data is no entry', () => {
  expect(() => made({ when: new Date(0) })).toThrow(TypeError);
  expect(() => made({ text: 'half \ud800 a pair' })).toThrow(TypeError);
});

test('neither a secret nor its salt is in the body, wherever it stood, names included', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')),
      (around, spelled) => {
        const body = { around, deep: [{ [`a ${spelled}`]: 1, [`b ${spelled}`]: 2 }, `x${spelled}y${spelled}`] };
        const { body: kept, beside } = made(body);
        const text = JSON.stringify(kept);
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('hex'));
        for (const { salt } of beside?.salts ?? []) {
          expect(text).not.toContain(salt.toString('hex'));
          expect(text).not.toContain(salt.toString('base64'));
        }
        expect(kept.deep).toEqual([{ 'a [secret]': 1, 'b [secret]': 2 }, 'x[secret]y[secret]']);
      },
    ),
  );
});

test('the places of what was hidden say nothing about names that are hidden themselves', () => {
  const { body } = ledgerEntry(
    'call-finished',
    { tool: 'pin', args: { [`x ${secret}`]: 'a' } },
    { redact, findPrivate: findPrivateAt(['pin.*']) },
  );
  expect(list(body.hidden).map(({ what, in: places }) => [what, places])).toEqual([
    ['private', ['/args/x [secret]']],
    ['secret', ['/args']],
  ]);
});

test('a record without anything to hide is what it was', () => {
  const body = { output: 'done', labels: ['a'], facts: { n: 1, gone: undefined } };
  expect(made(body)).toEqual({
    type: 'call-finished',
    body: { output: 'done', labels: ['a'], facts: { n: 1 } },
    beside: { salts: [], output: null },
  });
});

test('a hidden secret is committed to once in a record, with every place it was in', () => {
  const { body, beside } = made({ args: { command: `curl -u ${secret} x` }, 'a/~b': [secret, secret], other: 1 });
  const [salt] = beside?.salts ?? [];
  const [hidden, ...more] = list(body.hidden);
  expect(more).toEqual([]);
  expect(body.args).toEqual({ command: 'curl -u [secret] x' });
  expect(hidden).toEqual({
    what: 'secret',
    commitment: salt?.commitment,
    bytes: secret.length,
    in: ['/args/command', '/a~1~0b/0', '/a~1~0b/1'],
    times: 3,
  });
  expect(salt !== undefined && isCommittedText(salt, secret)).toBe(true);
  expect(salt !== undefined && isCommittedText(salt, `${secret}!`)).toBe(false);
});

test('the same secret has another commitment in another record', () => {
  const of = () => list(made({ output: secret }).body.hidden)[0]?.commitment;
  expect(of()).not.toBe(of());
});

test('a salt of another length proves nothing', () => {
  const { salts } = made({ output: secret }).beside ?? { salts: [] };
  const [{ commitment, salt } = { commitment: '', salt: Buffer.alloc(0) }] = salts;
  const longer = { commitment, salt: Buffer.concat([salt, Buffer.from(secret.slice(0, 3))]) };
  expect(isCommittedText(longer, secret.slice(3))).toBe(false);
});

test('a private argument is hidden where it is, whatever it is, and where its text comes again', () => {
  const args = { user: 'me', token: 'abcdefgh-private', users: [{ name: 'Ada' }, { name: 'Bob', id: 7 }] };
  const { body, beside } = made({ tool: 'login', args, effects: [`run login abcdefgh-private`] });
  expect(body.args).toEqual({
    user: 'me',
    token: '[private]',
    users: [{ name: '[private]' }, { name: '[private]', id: 7 }],
  });
  expect(body.effects).toEqual(['run login [private]']);
  expect(list(body.hidden).map(({ what, in: places }) => [what, places])).toEqual([
    ['private', ['/args/token', '/effects/0']],
    ['private', ['/args/users/0/name']],
    ['private', ['/args/users/1/name']],
  ]);
  expect(
    beside?.salts.map((salt, index) => isCommittedText(salt, ['abcdefgh-private', 'Ada', 'Bob'][index] ?? '')),
  ).toEqual([true, true, true]);
});

test('private numbers and whole objects are committed to as canonical JSON', () => {
  const { body, beside } = made({ tool: 'pin', args: { code: 1234, by: { z: 1, a: 'x' } } });
  expect(body.args).toEqual({ code: '[private]', by: '[private]' });
  const [code, by] = beside?.salts ?? [];
  expect(code !== undefined && isCommittedText(code, '1234')).toBe(true);
  expect(by !== undefined && isCommittedText(by, '{"a":"x","z":1}')).toBe(true);
});

test('private arguments are hidden in records that do not hold them, in edits and in what a model proposes', () => {
  const token = 'abcdefgh-private';
  const about = [{ tool: 'login', args: { token } }];
  expect(made({ output: `got ${token}` }, about).body.output).toBe('got [private]');
  expect(made({ tool: 'login', edit: { by: 'ada', args: { token } } }).body.edit).toEqual({
    by: 'ada',
    args: { token: '[private]' },
  });
  const calls = [
    { id: '1', tool: 'read', args: { token } },
    { id: '2', tool: 'login', args: { token: 'other-private' } },
  ];
  expect(made({ calls }).body.calls).toEqual([calls[0], { id: '2', tool: 'login', args: { token: '[private]' } }]);
});

test('a private text with a secret in it goes as a whole', () => {
  const args = { headers: { Authorization: `Bearer ${secret}` } };
  const { body } = made({ tool: 'http', args, because: `sent Bearer ${secret}` });
  expect(body.args).toEqual({ headers: { Authorization: '[private]' } });
  expect(body.because).toBe('sent [private]');
});

test('arguments that are no data have nothing private and break nothing', () => {
  const cycle: { token?: unknown } = {};
  cycle.token = cycle;
  for (const args of [undefined, null, 5, cycle, { token: () => 1 }]) {
    expect(made({ output: 'x' }, [{ tool: 'login', args }]).body).toEqual({ output: 'x' });
  }
});

test('a long output gives way to its hash, size and beginning; hidden parts are hidden before', () => {
  const fits = 'x'.repeat(outputInRecordMax);
  expect(made({ output: fits }).body.output).toBe(fits);
  const long = `${'ä'.repeat(outputInRecordMax / 2)}${secret}`;
  const text = `${'ä'.repeat(outputInRecordMax / 2)}[secret]`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const { body, beside } = made({ output: long });
  expect(body.output).toEqual({ sha256, bytes: Buffer.byteLength(text), head: 'ä'.repeat(512) });
  expect(beside?.output).toEqual({ sha256, text });
  const odd = ledgerEntry('call-finished', { output: `x${long}` }, { redact, findPrivate: nothingPrivate });
  expect(odd.body.output).toMatchObject({ head: `x${'ä'.repeat(511)}` });
});
