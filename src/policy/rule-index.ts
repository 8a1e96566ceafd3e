// Finds the rules that could be about an effect without looking at all of them: patterns are filed by kind and by a key
// that both the pattern and the effect have (program, first name of the path, host, tool). Filing never decides: a
// pattern without a sure key is looked at for every effect of its kind.

import type { Effect, RunEffect } from '../kernel/types.ts';
import { connectKeys } from './connect-pattern.ts';
import type { EffectPattern, IndexKey } from './effect-pattern.ts';
import { pathKeys } from './path-pattern.ts';
import type { Rule, RulePatterns } from './rule.ts';

/** A rule, with what it says about one effect under one of its patterns. */
interface Entry<E extends Effect> {
  readonly rule: Rule;
  readonly pattern: EffectPattern<E>;
}

interface Shelf<E extends Effect> {
  readonly byKey: ReadonlyMap<string, readonly Entry<E>[]>;
  readonly others: readonly Entry<E>[];
}

/** Takes a rule that is about an effect; `opens` says whether it also opens it (a wide ask may only tighten). */
export type Visit = (rule: Rule, opens: boolean) => void;

/** Calls `visit` with every rule that has a pattern about the effect; a rule may come more than once. */
export type RuleIndex = (effect: Effect, visit: Visit) => void;

/** Files the patterns of all rules of a layer. */
export function indexRules(rules: readonly Rule[]): RuleIndex {
  const run = shelve(rules, (patterns) => patterns.run);
  const read = shelve(rules, (patterns) => patterns.read);
  const write = shelve(rules, (patterns) => patterns.write);
  const connect = shelve(rules, (patterns) => patterns.connect);
  const secret = shelve(rules, (patterns) => patterns.secret);
  const send = shelve(rules, (patterns) => patterns.send);
  const tool = shelve(rules, (patterns) => patterns.tool);
  const opaque = shelve(rules, (patterns) => patterns.opaque);
  return (effect, visit) => {
    switch (effect.kind) {
      case 'run':
        return look(run, effect, runKeys(effect), visit);
      case 'read':
        return look(read, effect, pathKeys(effect), visit);
      case 'write':
        return look(write, effect, pathKeys(effect), visit);
      case 'connect':
        return look(connect, effect, connectKeys(effect), visit);
      case 'secret':
        return look(secret, effect, [effect.name], visit);
      case 'send':
        return look(send, effect, [`${effect.channel} ${effect.target}`], visit);
      case 'tool':
        return look(tool, effect, [effect.name], visit);
      case 'opaque':
        return look(opaque, effect, [effect.text], visit);
      default:
        throw new TypeError(
          `could not judge an effect: its kind is not known: ${JSON.stringify(effect satisfies never)}`,
        );
    }
  };
}

function shelve<E extends Effect>(
  rules: readonly Rule[],
  of: (patterns: RulePatterns) => readonly (EffectPattern<E> & IndexKey)[],
): Shelf<E> {
  const byKey = new Map<string, Entry<E>[]>();
  const others: Entry<E>[] = [];
  for (const rule of rules) {
    for (const pattern of of(rule.patterns)) {
      const entry = { rule, pattern };
      const filed = pattern.key === undefined ? others : byKey.get(pattern.key);
      if (filed !== undefined) filed.push(entry);
      else if (pattern.key !== undefined) byKey.set(pattern.key, [entry]);
    }
  }
  return { byKey, others };
}

function look<E extends Effect>(shelf: Shelf<E>, effect: E, keys: readonly string[], visit: Visit): void {
  match(shelf.others, effect, visit);
  for (const [index, key] of keys.entries()) {
    const filed = shelf.byKey.get(key);
    if (filed !== undefined && keys.indexOf(key) === index) match(filed, effect, visit);
  }
}

function match<E extends Effect>(entries: readonly Entry<E>[], effect: E, visit: Visit): void {
  for (const { rule, pattern } of entries) {
    if (rule.verdict === 'allow') {
      if (pattern.allows(effect) && !rule.isException(effect)) visit(rule, true);
    } else if (pattern.catches(effect) && !rule.isException(effect)) {
      visit(rule, rule.verdict === 'ask' && pattern.asks(effect));
    }
  }
}

const runKeys = (effect: RunEffect): readonly string[] =>
  [effect.argv, ...effect.spellings].map((argv) => (argv[0] ?? '').toLowerCase());

/** Which reading of patterns is meant: the narrow one or the wide one. */
type Reading = 'allows' | 'catches';

/** True if one of the patterns covers the effect in this reading. */
export const coveredBy =
  (patterns: RulePatterns) =>
  (effect: Effect, reading: Reading): boolean => {
    switch (effect.kind) {
      case 'run':
        return patterns.run.some((pattern) => pattern[reading](effect));
      case 'secret':
        return patterns.secret.some((pattern) => pattern[reading](effect));
      case 'send':
        return patterns.send.some((pattern) => pattern[reading](effect));
      case 'tool':
        return patterns.tool.some((pattern) => pattern[reading](effect));
      case 'opaque':
        return patterns.opaque.some((pattern) => pattern[reading](effect));
      case 'read':
      case 'write':
      case 'connect':
        return false;
      default:
        throw new TypeError(
          `could not judge an effect: its kind is not known: ${JSON.stringify(effect satisfies never)}`,
        );
    }
  };
