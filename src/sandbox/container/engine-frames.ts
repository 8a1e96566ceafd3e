// The engine's own frames around what a container prints: one byte of stream, four of length. A program cannot forge one:
// the engine wraps whatever it prints.

/** Takes apart what comes over an attached stream. */
export interface EngineFrames {
  push(chunk: Buffer): void;
  /** True if what came is not made of frames. */
  readonly isBroken: boolean;
}

/** The stream a container printed on. */
export type PrintedOn = 1 | 2;

const headerBytes = 8;

/**
 * Hands each portion to `take`, in the order of its arrival; a portion may be part of a frame.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function engineFrames(take: (stream: PrintedOn, bytes: Buffer) => void): EngineFrames {
  let header = Buffer.alloc(0);
  let frame: { readonly stream: PrintedOn; left: number } | undefined;
  let isBroken = false;

  const push = (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0 && !isBroken) {
      if (frame === undefined) {
        const missing = headerBytes - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < headerBytes) return;
        const stream = header.readUInt8(0);
        if (stream !== 1 && stream !== 2) {
          isBroken = true;
          return;
        }
        frame = { stream, left: header.readUInt32BE(4) };
        header = Buffer.alloc(0);
      }
      const part = rest.subarray(0, frame.left);
      take(frame.stream, part);
      frame.left -= part.length;
      rest = rest.subarray(part.length);
      if (frame.left === 0) frame = undefined;
    }
  };

  return {
    push,
    get isBroken() {
      return isBroken;
    },
  };
}
