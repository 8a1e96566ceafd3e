import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeJob, type InitFrame, initFrames } from '../../../src/sandbox/container/job-protocol.ts';

const frame = (kind: string, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(kind, 'latin1');
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};
const token = Buffer.alloc(16, 7);
const end = (cause: number, isSignal: number, number: number): Buffer => {
  const rest = Buffer.alloc(15);
  rest.writeUInt8(cause, 0);
  rest.writeUInt8(isSignal, 1);
  rest.writeUInt8(number, 2);
  rest.writeUInt32BE(2, 3);
  rest.writeBigUInt64BE(1_500n, 7);
  return frame('X', Buffer.concat([token, rest]));
};
const heardIn = (
  ...chunks: readonly Buffer[]
): { readonly heard: readonly InitFrame[]; readonly isBroken: boolean } => {
  const heard: InitFrame[] = [];
  const frames = initFrames((one) => heard.push(one));
  for (const chunk of chunks) frames.push(chunk);
  return { heard, isBroken: frames.isBroken };
};

test('what is no frame of PID 1 breaks the line, and nothing after it counts', () => {
  for (const bytes of [
    frame('Z', 'unheard of'),
    Buffer.from('HTTP/1.1 200'),
    frame('X', 'too short'),
    end(9, 0, 0),
    frame('O', '').fill(0xff, 1),
  ]) {
    expect(heardIn(bytes, end(0, 0, 0))).toEqual({ heard: [], isBroken: true });
  }
});

test('an end tells a status from a signal, and says why', () => {
  const kinds = [end(0, 0, 137), end(1, 1, 9), end(2, 1, 9)];
  expect(heardIn(...kinds).heard).toEqual([
    { kind: 'ended', token, cause: 'itself', exitStatus: 137, signal: 0, memoryKills: 2, ranMs: 1.5 },
    { kind: 'ended', token, cause: 'wall', exitStatus: 0, signal: 9, memoryKills: 2, ranMs: 1.5 },
    { kind: 'ended', token, cause: 'closed', exitStatus: 0, signal: 9, memoryKills: 2, ranMs: 1.5 },
  ]);
});

test('frames are put together again wherever they were cut', () => {
  const whole = Buffer.concat([
    frame('R', Buffer.concat([Buffer.from([1]), Buffer.from('mounts')])),
    frame('O', 'größer'),
    frame('E', ''),
    frame('F', 'why'),
    frame('S', ''),
    end(0, 0, 3),
  ]);
  const once = heardIn(whole);
  expect(once.heard.map(({ kind }) => kind)).toEqual(['ready', 'printed', 'printed', 'refused', 'stale', 'ended']);
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), whole.length];
      const chunks = places.slice(1).map((place, index) => whole.subarray(places[index], place));
      expect(heardIn(...chunks)).toEqual(once);
    }),
  );
});

test('a job says exactly what PID 1 has to know', () => {
  const bytes = encodeJob({ token, words: ['a', 'b c'], environment: ['X=1'], wallMs: 1_500.2, stdin: 'ü' });
  expect(bytes.toString('latin1', 0, 4)).toBe('SPJ1');
  expect(bytes.readUInt32BE(4)).toBe(bytes.length - 8 - 2);
  expect(bytes.subarray(8, 24)).toEqual(token);
  expect([24, 28, 33, 37].map((at) => bytes.readUInt32BE(at))).toEqual([1_501, 2, 2, 1]);
  expect(bytes.toString('utf8', 41)).toBe('a\0b c\0X=1\0ü');
  expect(encodeJob({ token, words: ['a'], environment: [], wallMs: 1e15, stdin: undefined }).readUInt8(32)).toBe(0);
});
