// The line that shows where a record matched: the first text in it that has the most of what was looked for, around the first
// such word.

import type { Json, JsonObject } from '../../kernel/types.ts';
import type { Term } from './query.ts';
import { foldedText } from './words.ts';

/** A part of one text of a record. */
export interface Excerpt {
  /** Where it stands in the body, as in `args.command`. */
  readonly place: string;
  readonly before: string;
  /** What matched, as it is written there. */
  readonly match: string;
  readonly after: string;
}

const lettersBefore = 40;
const lettersAfter = 120;
/** Longer texts are looked through only so far. */
const lookedMax = 262_144;

/** Where the words of a query stand; null if it has none. */
export function whereMatched(body: JsonObject, wanted: readonly Term[]): Excerpt | null {
  const patterns = wanted.flatMap((term) => (term.kind === 'words' ? [patternOf(term.words, term.isStart)] : []));
  if (patterns.length === 0) return null;
  let best: { readonly place: string; readonly text: string; readonly count: number } | null = null;
  for (const [place, text] of textsIn(body, '')) {
    const folded = foldedText(text.slice(0, lookedMax));
    const count = patterns.filter((pattern) => pattern.test(folded)).length;
    if (count > (best?.count ?? 0)) best = { place, text: text.slice(0, lookedMax), count };
    if (count === patterns.length) break;
  }
  return best === null ? null : excerptOf(best.place, best.text, patterns);
}

/** Words are letters and digits: nothing in them is syntax of a regular expression. */
const patternOf = (words: readonly string[], isStart: boolean): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${words.join('[^\\p{L}\\p{N}]+')}${isStart ? '' : '(?![\\p{L}\\p{N}])'}`, 'u');

function excerptOf(place: string, text: string, patterns: readonly RegExp[]): Excerpt {
  const folded = foldedText(text);
  // Folding can move letters: then the text is shown as it was folded.
  const shown = folded.length === text.length ? text : folded;
  const found = patterns.map((pattern) => pattern.exec(folded)).filter((one) => one !== null);
  const first = found.reduce<RegExpExecArray | null>((a, b) => (a !== null && a.index <= b.index ? a : b), null);
  const start = first?.index ?? 0;
  const end = start + (first?.[0].length ?? 0);
  const from = Math.max(0, start - lettersBefore);
  const until = Math.min(shown.length, end + lettersAfter);
  return {
    place,
    before: `${from > 0 ? '…' : ''}${shown.slice(from, start)}`,
    match: shown.slice(start, end),
    after: `${shown.slice(end, until)}${until < shown.length ? '…' : ''}`,
  };
}

function* textsIn(value: Json, place: string): Iterable<readonly [string, string]> {
  if (typeof value === 'string' || typeof value === 'number') yield [place, String(value)];
  else if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      yield* textsIn(member, isList ? `${place}[${name}]` : place === '' ? name : `${place}.${name}`);
    }
  }
}
