// What is said between the kernel and PID 1 of a waiting container (`init/init.c` has the same on its side). PID 1 alone
// writes the frames; what the job prints reaches the kernel inside them. INVARIANT: an end counts only with the token that
// went in with its job, and what makes no sense is never taken for an end.

import type { PrintedOn } from './engine-frames.ts';

/** One job, as PID 1 gets it. */
export interface Job {
  /** 16 random bytes that nobody but PID 1 gets to see. */
  readonly token: Buffer;
  readonly words: readonly string[];
  /** `NAME=value`, all there are. */
  readonly environment: readonly string[];
  readonly wallMs: number;
  /** undefined: it reads nothing. */
  readonly stdin: string | undefined;
}

/** Why a job is over: by itself, because its time was, or because the kernel closed the stream. */
export type JobCause = 'itself' | 'wall' | 'closed';

/** What PID 1 says. */
export type InitFrame =
  | { readonly kind: 'ready'; readonly closesSetuid: boolean; readonly mountinfo: string }
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'printed'; readonly stream: PrintedOn; readonly bytes: Buffer }
  | {
      readonly kind: 'ended';
      readonly token: Buffer;
      readonly cause: JobCause;
      /** One of the two is 0. */
      readonly exitStatus: number;
      readonly signal: number;
      /** Processes that Linux ended for want of memory. */
      readonly memoryKills: number;
      readonly ranMs: number;
    };

/** Puts frames together from what comes. */
export interface InitFrames {
  push(bytes: Buffer): void;
  /** True if what came is not made of frames: nothing after it counts. */
  readonly isBroken: boolean;
}

/** Too many to guess. */
export const tokenBytes = 16;
const headBytes = 5;
const endBytes = tokenBytes + 15;
/** PID 1 sends no longer ones; the list of mounts is the longest. */
const frameBytesMax = 1_048_576;
const causes: readonly (JobCause | undefined)[] = ['itself', 'wall', 'closed'];

/** Hands each whole frame to `take`. */
export function initFrames(take: (frame: InitFrame) => void): InitFrames {
  let pending: Buffer[] = [];
  let have = 0;
  let needed = headBytes;
  let isBroken = false;
  const push = (bytes: Buffer) => {
    if (isBroken) return;
    pending.push(bytes);
    have += bytes.length;
    // Joined only when a frame is whole: one that comes in many parts is not copied for each.
    if (have < needed) return;
    let rest = Buffer.concat(pending);
    while (!isBroken && rest.length >= headBytes) {
      const length = rest.readUInt32BE(1);
      needed = headBytes + length;
      if (length > frameBytesMax) isBroken = true;
      if (isBroken || rest.length < needed) break;
      const frame = readFrame(rest.toString('latin1', 0, 1), rest.subarray(headBytes, needed));
      if (frame === undefined) isBroken = true;
      else take(frame);
      rest = rest.subarray(needed);
      needed = headBytes;
    }
    pending = [rest];
    have = rest.length;
  };
  return {
    push,
    get isBroken() {
      return isBroken;
    },
  };
}

function readFrame(kind: string, bytes: Buffer): InitFrame | undefined {
  switch (kind) {
    case 'O':
      return { kind: 'printed', stream: 1, bytes };
    case 'E':
      return { kind: 'printed', stream: 2, bytes };
    case 'R':
      return { kind: 'ready', closesSetuid: bytes[0] === 1, mountinfo: bytes.toString('utf8', 1) };
    case 'S':
      return { kind: 'stale' };
    case 'F':
      return { kind: 'refused', because: bytes.toString() };
    case 'X':
      return readEnd(bytes);
    default:
      return undefined;
  }
}

function readEnd(bytes: Buffer): InitFrame | undefined {
  const cause = bytes.length === endBytes ? causes[bytes.readUInt8(tokenBytes)] : undefined;
  if (cause === undefined) return undefined;
  const isSignal = bytes.readUInt8(tokenBytes + 1) !== 0;
  const number = bytes.readUInt8(tokenBytes + 2);
  return {
    kind: 'ended',
    token: bytes.subarray(0, tokenBytes),
    cause,
    exitStatus: isSignal ? 0 : number,
    signal: isSignal ? number : 0,
    memoryKills: bytes.readUInt32BE(tokenBytes + 3),
    ranMs: Number(bytes.readBigUInt64BE(tokenBytes + 7)) / 1_000,
  };
}

/** The bytes that start a job. */
export function encodeJob(job: Job): Buffer {
  const stdin = Buffer.from(job.stdin ?? '');
  const texts = Buffer.from([...job.words, ...job.environment].map((text) => `${text}\0`).join(''));
  const head = Buffer.alloc(8 + tokenBytes + 17);
  head.write('SPJ1', 'latin1');
  head.writeUInt32BE(tokenBytes + 17 + texts.length, 4);
  job.token.copy(head, 8);
  head.writeUInt32BE(Math.min(Math.ceil(job.wallMs), 0xffff_ffff), 24);
  head.writeUInt32BE(stdin.length, 28);
  head.writeUInt8(job.stdin === undefined ? 0 : 1, 32);
  head.writeUInt32BE(job.words.length, 33);
  head.writeUInt32BE(job.environment.length, 37);
  return Buffer.concat([head, texts, stdin]);
}
