import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/kernel/canonical.ts';
import { searchKeys } from '../../src/kernel/record-draft.ts';
import type { JsonObject } from '../../src/kernel/types.ts';
import { scanBody } from '../../src/ledger/scan-body.ts';

/** Scans a text that stands in the middle of others. */
function scan(text: string) {
  const bytes = Buffer.from(`0123456789${text}}}""`);
  return scanBody(bytes, bytes.toString('latin1'), 10, 10 + Buffer.byteLength(text));
}
function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
const name = fc.oneof(
  fc.constantFrom('run', 'call', 'digest', 'caller', 'ru', 'calls', ''),
  fc.string({ maxLength: 6 }),
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'grapheme' }),
  fc.constant(null),
  fc.constantFrom('"', '\\', '\u0000'),
);
const caller = fc.dictionary(name, value);
const body = fc
  .tuple(fc.dictionary(name, value), fc.option(caller, { nil: undefined }))
  .map(([members, by]) => (by === undefined ? members : { ...members, caller: by }));

test('what is not JSON is never scanned to its end', () => {
  const broken = [
    ...[
      '',
      '{',
      '{}}',
      '{}{}',
      '[]',
      '"a"',
      '7',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{,}',
      '{"a":1 }',
      '{"a": 1}',
      '{a:1}',
      '{"a":[1,]}',
      '{"a":[,1]}',
    ],
    ...[
      '{"a":01}',
      '{"a":1.}',
      '{"a":.5}',
      '{"a":+1}',
      '{"a":-}',
      '{"a":1e}',
      '{"a":0x1}',
      '{"a":tru}',
      '{"a":nulll}',
      '{"a":NaN}',
      '{"a":1e5e5}',
    ],
    ...[
      '{"a":"\n"}',
      '{"a":"\u0001"}',
      '{"a":"\\x"}',
      '{"a":"\\u12g4"}',
      '{"a":"\\u123"}',
      '{"a":"\\u00\u00100"}',
      '{"a":"\\u00\u0041\u0007"}',
      '{"a":"}',
      "{'a':1}",
      '{"a":1;"b":2}',
      '{"a":1}\u00a0',
    ],
    '{"a":'.repeat(300),
  ];
  for (const text of broken) expect(scan(text), text.slice(0, 40)).toBeNull();
});

test('a body with any byte changed is refused, or has the keys that a parser finds', () => {
  fc.assert(
    fc.property(body, fc.nat(), fc.nat(255), (members, place, byte) => {
      const bytes = Buffer.from(canonicalJson(JSON.parse(JSON.stringify(members))));
      bytes.writeUInt8(byte, place % bytes.length);
      const text = bytes.toString('utf8');
      // Bytes that are no text were refused before.
      if (!Buffer.from(text).equals(bytes)) return;
      const found = scan(text);
      const whole = parsed(text);
      if (found !== null) expect(found).toEqual(whole === null ? 'not JSON' : searchKeys(whole));
    }),
    { numRuns: 5_000 },
  );
});

test('every body as the ledger spells it has the keys that a parser finds, and none has to be looked at closer', () => {
  fc.assert(
    fc.property(body, (members) => {
      const plain: JsonObject = JSON.parse(JSON.stringify(members));
      const text = canonicalJson(plain);
      // A name with an escape could be any; the ledger's own records have none.
      if (
        /\\/.test(
          [...Object.keys(plain), ...Object.keys(Object(plain.caller))].map((key) => JSON.stringify(key)).join(''),
        )
      )
        return;
      expect(scan(text), text).toEqual(searchKeys(plain));
    }),
    { numRuns: 5_000 },
  );
  const twice = '{"call":"a","call":"b","caller":{"run":"x"},"caller":{"run":"y"},"run":null}';
  expect(scan(twice)).toBe(null);
  expect(scan('{"a":1.5e+30,"b":[true,false,null,-0.1,[]],"c":{}}')).toEqual({ run: null, call: null, digest: null });
});
