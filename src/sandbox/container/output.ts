// What a call printed: both streams in the order of their arrival, as text, and never more of it kept than the limit.

import { engineFrames, type PrintedOn } from './engine-frames.ts';

/** Collects output up to a limit. */
export interface OutputCollector {
  /** Takes what came over the attached stream, in the engine's frames. */
  push(chunk: Buffer): void;
  /** Takes one portion without frames. */
  take(stream: PrintedOn, bytes: Buffer): void;
  /** Text kept so far; invalid UTF-8 is replaced. */
  text(): string;
  readonly isTruncated: boolean;
  /** All bytes printed, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** True if the engine's frames made no sense: what was printed is then not known. */
  readonly isBroken: boolean;
}

/** Beyond this many times the output limit, and this many bytes, the rest is not worth waiting for. */
const floodFactor = 64;
const floodBytesMin = 16_777_216;

/** So many bytes printed end a call whose limit is `outputBytes`. */
export const floodBytes = (outputBytes: number): number => Math.max(outputBytes * floodFactor, floodBytesMin);

export function collectOutput(bytesMax: number): OutputCollector {
  const decoders = {
    1: new TextDecoder('utf-8', { ignoreBOM: true }),
    2: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  const counted = { 1: 0, 2: 0 };
  const parts: string[] = [];
  let kept = 0;

  const take = (stream: PrintedOn, bytes: Buffer) => {
    counted[stream] += bytes.length;
    const part = bytes.subarray(0, bytesMax - kept);
    kept += part.length;
    if (part.length > 0) parts.push(decoders[stream].decode(part, { stream: true }));
  };
  const isTruncated = () => counted[1] + counted[2] > kept;
  const frames = engineFrames(take);

  return {
    push: frames.push,
    take,
    // Where the limit cut a character, what is left of it is no output of the command.
    text: () => parts.join('') + (isTruncated() ? '' : decoders[1].decode() + decoders[2].decode()),
    get isTruncated() {
      return isTruncated();
    },
    get stdoutBytes() {
      return counted[1];
    },
    get stderrBytes() {
      return counted[2];
    },
    get isBroken() {
      return frames.isBroken;
    },
  };
}
