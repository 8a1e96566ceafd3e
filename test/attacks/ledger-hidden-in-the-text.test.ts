// The hash covers a record's text without its `hash` member, so the trick is to move that member, or to plant another one,
// and keep the hash right. A record has exactly one spelling.

import { expect, test } from 'vitest';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import { genesis, linkRecord, parseRecord } from '../../src/ledger/record.ts';
import { verifyLines } from '../fixtures/verify-lines.ts';

const chain = (body: object) => {
  const entry = { type: 'call-refused', body: JSON.parse(JSON.stringify(body)) } as const;
  return linkRecord(genesis, draftRecord(entry, 1_000));
};
const isSound = async (text: string) => (await verifyLines([text])).isSound;

test('a hash moved to another place in the text is found', async () => {
  const { text, hash } = chain({ a: {}, b: 1 });
  const member = `"hash":"${hash}",`;
  const bare = text.replace(member, '');
  expect(await isSound(text)).toBe(true);
  const moved = [
    bare.replace('{"at"', `{${member}"at"`),
    bare.replace('"a":{}', `"a":{${member.slice(0, -1)}}`),
    bare.replace('"b":1', `${member}"b":1`),
    bare.replace('"seq"', `${member}"seq"`),
    `${bare.slice(0, -1)},${member.slice(0, -1)}}`,
    bare,
  ];
  for (const changed of moved) expect(await isSound(changed), changed).toBe(false);
});

test('text in a body that looks like the end of a record is only text', async () => {
  const tail = `"hash":"sha256:${'0'.repeat(64)}","prev":"sha256:${'0'.repeat(64)}","seq":1,"type":"call-allowed"}`;
  for (const body of [
    { text: tail },
    { [tail]: tail },
    { hash: `sha256:${'0'.repeat(64)}`, prev: genesis.hash, seq: 7 },
  ]) {
    const { text } = chain(body);
    expect(await isSound(text)).toBe(true);
    expect(parseRecord(text)).toMatchObject({ seq: 1, type: 'call-refused', body });
  }
});

test('a second member under the same name, or one more, is found', async () => {
  const { text } = chain({ b: 1 });
  const planted = [
    text.replace('"body":{"b":1}', '"body":{"b":1},"body":{"b":2}'),
    text.replace('"at":1000', '"at":1000,"at":2000'),
    text.replace('"seq":1', '"seq":1,"seq":1'),
    text.replace('"type"', '"typ":1,"type"'),
    text.replace('{"at"', '{"note":1,"at"'),
    text.replace('"seq":1', '"seq":1.0'),
    text.replace('"seq":1', '"seq":1e0'),
    text.replace('"seq":1', '"seq": 1'),
  ];
  for (const changed of planted) expect(await isSound(changed), changed).toBe(false);
});
