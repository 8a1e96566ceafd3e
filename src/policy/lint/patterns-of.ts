// The patterns of a rule as its file has them, each with the keys that lead to it.

import { type ReadPattern, readPattern } from '../classify/command/read-pattern.ts';
import { readPathPatterns } from '../path-pattern.ts';
import { type EffectPatterns, effectKinds, type RuleSource } from '../policy-schema.ts';

export type EffectKind = keyof EffectPatterns;

/** One pattern as written. */
export interface WrittenPattern {
  readonly kind: EffectKind;
  readonly text: string;
  /** Keys inside the rule. */
  readonly keys: readonly PropertyKey[];
  /** The words of a `run` pattern, read once; undefined where they cannot be read. */
  words(): ReadPattern | undefined;
  /** The entries that a `read` or `write` pattern stands for, read once; none where it cannot be read. */
  entries(): readonly string[];
}

/** A pattern at its place. */
export function writtenPattern(kind: EffectKind, text: string, keys: readonly PropertyKey[]): WrittenPattern {
  let read: ReturnType<typeof readPattern> | undefined;
  let paths: ReturnType<typeof readPathPatterns> | undefined;
  return {
    kind,
    text,
    keys,
    words: () => {
      read ??= readPattern(text);
      return 'error' in read ? undefined : read;
    },
    entries: () => {
      paths ??= readPathPatterns(text);
      return 'error' in paths ? [] : paths;
    },
  };
}

/** What the rule says of the effects it names. A rule that loads states exactly one. */
export const verdictOf = (source: RuleSource): 'allow' | 'ask' | 'deny' =>
  source.deny !== undefined ? 'deny' : source.ask !== undefined ? 'ask' : 'allow';

/** All patterns of a rule, by kind and then in the order they are written. */
export function patternsOf(source: RuleSource): readonly WrittenPattern[] {
  const verdict = verdictOf(source);
  return effectKinds.flatMap((kind) =>
    (source[verdict]?.[kind] ?? []).map((text, index) => writtenPattern(kind, text, [verdict, kind, index])),
  );
}
