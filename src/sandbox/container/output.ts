// What a container prints: the engine's frames taken apart, both streams in the order of their arrival, as text, and never
// more of it kept than the limit. A program cannot forge a frame: the engine wraps whatever it prints.

/** Collects output up to a limit. */
export interface OutputCollector {
  /** Takes what came over the attached stream. */
  push(chunk: Buffer): void;
  /** Text kept so far; invalid UTF-8 is replaced. */
  text(): string;
  readonly isTruncated: boolean;
  /** All bytes printed, kept or not. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** True if the engine's frames made no sense: what was printed is then not known. */
  readonly isBroken: boolean;
}

const headerBytes = 8;
const streams = { stdout: 1, stderr: 2 } as const;

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach */
export function collectOutput(bytesMax: number): OutputCollector {
  const decoders = {
    1: new TextDecoder('utf-8', { ignoreBOM: true }),
    2: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  const counted = { 1: 0, 2: 0 };
  const parts: string[] = [];
  let header = Buffer.alloc(0);
  let frame: { readonly stream: 1 | 2; left: number } | undefined;
  let kept = 0;
  let isBroken = false;

  const take = (stream: 1 | 2, bytes: Buffer) => {
    counted[stream] += bytes.length;
    const part = bytes.subarray(0, bytesMax - kept);
    kept += part.length;
    if (part.length > 0) parts.push(decoders[stream].decode(part, { stream: true }));
  };

  const push = (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0 && !isBroken) {
      if (frame === undefined) {
        const missing = headerBytes - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < headerBytes) return;
        const stream = header.readUInt8(0);
        if (stream !== streams.stdout && stream !== streams.stderr) {
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
    text: () => parts.join('') + decoders[1].decode() + decoders[2].decode(),
    get isTruncated() {
      return counted[1] + counted[2] > kept;
    },
    get stdoutBytes() {
      return counted[1];
    },
    get stderrBytes() {
      return counted[2];
    },
    get isBroken() {
      return isBroken;
    },
  };
}
