// What a compiled pattern of a rule can say about an effect. Two readings, and they differ on purpose: what opens is read
// narrowly, what closes widely, so that no spelling opens more or hides from a rule. An ask rule does both: it opens what
// the narrow reading covers, and asks about all that the wide one sees.

import type { ConnectEffect, Effect, PathEffect } from '../kernel/types.ts';

/** A compiled pattern for one kind of effect. */
export interface EffectPattern<E extends Effect> {
  /** True if an allow rule with this pattern opens the effect. */
  allows(effect: E): boolean;
  /** True if an ask rule with this pattern opens the effect, for a person to decide. */
  asks(effect: E): boolean;
  /** True if a deny or ask rule with this pattern is about the effect. At least whatever the others cover. */
  catches(effect: E): boolean;
}

/** Where an index files a pattern; undefined means that every effect has to look at it. */
export interface IndexKey {
  readonly key: string | undefined;
}

/** A pattern of a `read` or `write` rule. */
export interface PathRulePattern extends EffectPattern<PathEffect>, IndexKey {
  readonly closes: ClosedPatterns;
}

/** Patterns for `exceptRead` and `exceptWrite` that close what a pattern catches, as far as patterns can say it. */
export interface ClosedPatterns {
  /** The pattern as written. */
  readonly pattern: string;
  readonly inside: readonly string[];
  /** The same for places outside the workspace, where the pattern means those too. */
  readonly outside: readonly string[];
}

/** A pattern of a `connect` rule. */
export interface ConnectRulePattern extends EffectPattern<ConnectEffect>, IndexKey {}

/** What is wrong with a pattern, for a person. */
export interface PatternError {
  readonly error: string;
}

/** Checks that hold for the patterns of every kind of effect; undefined if there is nothing to object to. */
export function patternProblem(text: string): string | undefined {
  if (text.trim() === '') return 'the pattern is empty; write what it covers';
  if (text !== text.trim()) return `the pattern \`${text}\` starts or ends with a space; remove it`;
  if (text.length > 1_000) return 'the pattern is longer than 1000 characters; split the rule';
  if (/^[!#]/.test(text)) {
    return `the pattern \`${text}\` starts with \`${text.slice(0, 1)}\`; to exclude something write a deny rule`;
  }
  if (!text.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/u.test(text)) {
    return `the pattern ${JSON.stringify(text)} holds a control or invisible character; remove it`;
  }
  return undefined;
}

/** True for an objection in place of a compiled pattern. */
export const isPatternError = (made: unknown): made is PatternError =>
  typeof made === 'object' && made !== null && 'error' in made && typeof made.error === 'string';
