// The chain is right, but the text of a record says two things, depending on who reads it: members that stand there twice,
// members of no record, other spellings of the same JSON. A record has exactly one spelling, so all of these are found.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { verifyLines } from '../fixtures/verify-lines.ts';

/** A record with this body or these further members, whose hash is right. */
function forged(body: string, more = '', at = '1000'): string {
  const start = `{"at":${at},"body":${body},${more}`;
  const end = `"prev":"${genesis.hash}","seq":1,"type":"call-refused"}`;
  const hash = createHash('sha256')
    .update(start + end)
    .digest('hex');
  return `${start}"hash":"sha256:${hash}",${end}`;
}
const isSound = async (text: string) => (await verifyLines([text])).isSound;

test('a record whose text can be read in two ways is found', async () => {
  const texts = [
    forged('{"verdict":"deny","verdict":"allow"}'),
    forged('{"a":{"tool":"read","tool":"exec"}}'),
    forged('{"verdict":"deny","\\u0076erdict":"allow"}'),
    forged('{"verdict":"deny"}', '"body":{"verdict":"allow"},'),
    forged('{}', '"extra":1,'),
    forged('{"b":1,"a":2}'),
    forged('{"a":[{"ab":1,"a":2}]}'),
    forged('{"\u{10000}":1,"\u{e000}":1,"\u{10000}":1}'),
    forged('{"\u{e000}":1,"\u{10000}":1}'),
  ];
  for (const text of texts) expect(await isSound(text), text).toBe(false);
});

test('another spelling of the same record is found', async () => {
  const bodies = [
    ...['{"a":1.0}', '{"a":1e2}', '{"a":-0}', '{"a":1e400}', '{"a":12345678901234567890}', '{"a":1E5}'],
    ...['{"a":"\\/"}', '{"a":"\\u0041"}', '{"a":"\\u001F"}', '{"a":"\\u000a"}', '{"a":"\\ud800"}', '{"a": 1}'],
  ];
  for (const body of bodies) expect(await isSound(forged(body)), body).toBe(false);
  for (const at of ['01000', '1e3', '8640000000000001', '-1']) {
    expect(await isSound(forged('{}', '', at)), at).toBe(false);
  }
});

test('a record that is deeper than records can be is found, and ends no process', async () => {
  for (const depth of [250, 100_000]) {
    const found = await verifyLines([forged(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)]);
    expect(found.isSound).toBe(false);
  }
});

test('records with strange texts, names and numbers of their own are sound', async () => {
  const body = {
    'a"b': 'a\u0000\b\f\n\r\t\u001f\u007f"\\/é\u{1f600}\u2028',
    a: [0, -1, 1.5, 1e21, 5e-324, 123456789012345680000, true, null, {}],
    ab: { '': 1, '\u{10000}': 1, '\u{e000}': 2, __proto__x: 3, 'é\\': 4 },
  };
  const { text } = linkRecord(genesis, draftRecord({ type: 'call-refused', body }, 1_000));
  expect(await verifyLines([text])).toMatchObject({ isSound: true, records: 1 });
});
