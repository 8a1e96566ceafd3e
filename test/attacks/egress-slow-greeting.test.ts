// A greeting that is cut into ten thousand records and sent byte by byte: whoever reads from the start each time stands
// still for hours, and with it everything else that the same process does.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greetingReader, readGreeting } from '../../src/sandbox/egress/client-hello.ts';
import { openTestDoor, readAll, tcpPeer } from '../sandbox/egress/harness.ts';

/** A greeting that says it is long, in records of one byte each. */
const inRecordsOfOne = (length: number): Buffer =>
  Buffer.concat(
    [1, 0, 0xff, 0xff, ...Array<number>(length).fill(0)].map((byte) => Buffer.from([22, 3, 1, 0, 1, byte])),
  );

test('ten thousand records, byte by byte, are read once and end as too many', () => {
  const read = greetingReader();
  const kinds = new Set<string>();
  for (const byte of inRecordsOfOne(10_918)) kinds.add(read(Buffer.from([byte])).kind);
  expect([...kinds]).toEqual(['more']);
  expect(read(Buffer.from([22, 3, 1, 0, 1, 0])).kind).toBe('broken');
});

test('the door stays open for others while such a greeting comes', async () => {
  await using peer = await tcpPeer((socket) => socket.end('welcome'));
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  const listener = door.direct('a.test', peer.port);
  const slow = [1, 2, 3, 4].map(() => door.dial(listener));
  for (const socket of slow) for (const byte of inRecordsOfOne(2_000)) socket.write(Buffer.from([byte]));
  expect(await readAll(door.dial(listener))).toBe('welcome');
  for (const socket of slow) socket.destroy();
});

test('a greeting says the same in whatever pieces it comes', () => {
  const record = fc.tuple(fc.constantFrom(22, 22, 22, 23), fc.uint8Array({ maxLength: 12 }));
  const greeting = fc
    .array(record, { minLength: 1, maxLength: 4 })
    .map((records) =>
      Buffer.concat([
        Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 20, 3, 3]),
        ...records.map(([kind, body]) => Buffer.concat([Buffer.from([kind, 3, 3, 0, body.length]), body])),
      ]),
    );
  fc.assert(
    fc.property(greeting, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (bytes, sizes) => {
      const read = greetingReader();
      let said = readGreeting(Buffer.alloc(0));
      for (let at = 0, turn = 0; at < bytes.length && said.kind === 'more'; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        said = read(bytes.subarray(at, at + size));
        at += size;
      }
      expect(said).toEqual(readGreeting(bytes));
    }),
  );
});
