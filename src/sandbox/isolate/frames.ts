// The language between the kernel and an isolate process: frames of a kind, a number and two texts over one socket. The
// reader trusts nothing: a frame that is too long or of an unknown kind ends the conversation before it is buffered.

/** What a frame says. `start` and `answer` go to the isolate process, the others come from it. */
export const frameKinds = [
  'start',
  'answer',
  'refusal',
  'ready',
  'rested',
  'request',
  'returned',
  'threw',
  'died',
] as const;
export type FrameKind = (typeof frameKinds)[number];

export interface Frame {
  readonly kind: FrameKind;
  /** Which host call it belongs to; 0 where it belongs to none. */
  readonly id: number;
  /** JSON, or empty. */
  readonly meta: string;
  /** Plain text: file content, a request body, a result. */
  readonly text: string;
}

/** Room for 8 MiB of text in which every UTF-16 unit becomes three bytes, and its meta. */
export const frameBytesMax = 32 * 1_048_576;

const headBytes = 13;

/** Bytes of a frame: length of the rest, kind, id, length of meta, meta, text; numbers are unsigned, big end first. */
export function encodeFrame(frame: Frame): Buffer {
  const metaBytes = Buffer.byteLength(frame.meta);
  const bytes = Buffer.allocUnsafe(headBytes + metaBytes + Buffer.byteLength(frame.text));
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt8(frameKinds.indexOf(frame.kind), 4);
  bytes.writeUInt32BE(frame.id, 5);
  bytes.writeUInt32BE(metaBytes, 9);
  bytes.write(frame.meta, headBytes, 'utf8');
  bytes.write(frame.text, headBytes + metaBytes, 'utf8');
  return bytes;
}

/**
 * Gives a function that takes chunks as they come and calls `heard` for each whole frame.
 * @throws {RangeError} from that function if the sender does not speak this language.
 */
export function frameReader(heard: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = 4;
  return (chunk) => {
    chunks.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < neededBytes) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    while (bytes.length >= 4) {
      const restBytes = bytes.readUInt32BE(0);
      if (restBytes < headBytes - 4 || restBytes > frameBytesMax)
        throw new RangeError('a frame has an impossible length');
      neededBytes = 4 + restBytes;
      if (bytes.length < neededBytes) break;
      heard(decodeFrame(bytes.subarray(0, neededBytes)));
      bytes = bytes.subarray(neededBytes);
      neededBytes = 4;
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    heldBytes = bytes.length;
  };
}

function decodeFrame(bytes: Buffer): Frame {
  const kind = frameKinds[bytes.readUInt8(4)];
  const textStart = headBytes + bytes.readUInt32BE(9);
  if (kind === undefined || textStart > bytes.length) throw new RangeError('a frame makes no sense');
  return {
    kind,
    id: bytes.readUInt32BE(5),
    meta: bytes.toString('utf8', headBytes, textStart),
    text: bytes.toString('utf8', textStart),
  };
}
