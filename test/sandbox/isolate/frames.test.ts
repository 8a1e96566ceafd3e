import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeFrame,
  type Frame,
  frameBytesMax,
  frameKinds,
  frameReader,
} from '../../../src/sandbox/isolate/frames.ts';

const anyFrame = fc.record({
  kind: fc.constantFrom(...frameKinds),
  id: fc.nat({ max: 0xffff_ffff }),
  meta: fc.string({ unit: 'grapheme' }),
  text: fc.string({ unit: 'grapheme' }),
});

test('a frame that claims to be longer than any is refused before it is buffered', () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(frameBytesMax + 1);
  expect(() => frameReader(() => {})(head)).toThrow(RangeError);
});

test('bytes that are no frame throw or wait, and never give a frame of an unknown kind', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const heard: Frame[] = [];
      try {
        frameReader((frame) => heard.push(frame))(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      return heard.every(({ kind }) => frameKinds.includes(kind));
    }),
  );
});

test('frames arrive as they were sent, however their bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (frames, pieceBytes) => {
      const bytes = Buffer.concat(frames.map(encodeFrame));
      const heard: Frame[] = [];
      const read = frameReader((frame) => heard.push(frame));
      for (let at = 0; at < bytes.length; at += pieceBytes) read(bytes.subarray(at, at + pieceBytes));
      expect(heard).toEqual(frames);
    }),
  );
});
