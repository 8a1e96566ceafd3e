// Matching with `*` only, where `*` is any characters, none included. Always linear: pieces are found from left to right
// and never tried again, which is exact as long as `*` is the only wildcard.

/** A compiled wildcard: true if it matches the whole text. */
export type Wildcard = (text: string) => boolean;

/** Compiles literal pieces with a `*` between each two of them. */
export function compileWildcard(pieces: readonly string[]): Wildcard {
  const first = pieces[0] ?? '';
  if (pieces.length < 2) return (text) => text === first;
  const last = pieces[pieces.length - 1] ?? '';
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
