// Wildcards over what tools print. No regular expression, so no text can make one slow.

/** True if the wildcard covers the whole text. */
export type Wildcard = (text: string) => boolean;

/**
 * Compiles a wildcard: `*` is any text, none and line breaks included; `\*` is a star and `\\` a backslash. Matching takes
 * time linear in the text for a pattern of bounded length: each part is searched once, leftmost, and never again.
 */
export function compileWildcard(pattern: string): Wildcard {
  const parts = splitAtStars(pattern);
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return (text) => text === first;
  const middle = parts.slice(1, -1);
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

function splitAtStars(pattern: string): string[] {
  const parts = [''];
  for (const [token] of pattern.matchAll(/\\[\\*]|[\s\S]/g)) {
    if (token === '*') parts.push('');
    else parts.push((parts.pop() ?? '') + (token.length === 2 ? token.slice(1) : token));
  }
  return parts;
}
