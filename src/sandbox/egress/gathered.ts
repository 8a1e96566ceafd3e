// Bytes that come in pieces, kept until they are whole. Whoever sends chooses the pieces, so a byte at a time must cost
// hardly more than all at once, in time and in memory.

/** Bytes so far. */
export interface Gathered {
  readonly length: number;
  add(bytes: Buffer): void;
  whole(): Buffer;
}

/** So many pieces are kept apart before they are joined. */
const piecesMax = 128;

/** Nothing yet. */
export function gathered(): Gathered {
  let pieces: Buffer[] = [];
  let length = 0;
  const whole = () => {
    if (pieces.length !== 1) pieces = [Buffer.concat(pieces)];
    return pieces[0] ?? Buffer.alloc(0);
  };
  return {
    get length() {
      return length;
    },
    add: (bytes) => {
      pieces.push(bytes);
      length += bytes.length;
      if (pieces.length >= piecesMax) whole();
    },
    whole,
  };
}
