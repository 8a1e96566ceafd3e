// What stays closed inside the paths that a call is granted: whatever deny rules name, whatever ask rules name that this
// action did not ask, and Sallyport's own state. What cannot be read is not written either.
//
// A pattern of an ask rule that would undo a whole entry some rule granted is left out: the grant says more exactly what
// was meant. Narrower ones stay, and deny rules always do.

import { join } from 'node:path';
import { frozenCopy } from '../kernel/canonical.ts';
import { compilePathPattern } from '../kernel/path-patterns.ts';
import type { Action } from '../kernel/types.ts';
import { prepareClosing } from './closing-rules.ts';
import type { Circumstances } from './conditions.ts';
import type { IndexedLayer, Judgement } from './judge.ts';
import { coversEntry, exactPathEntry } from './path-pattern.ts';
import type { ClosedPatterns, Layer, Rule } from './rule.ts';

/** Patterns for `exceptRead` and `exceptWrite`, sorted. */
export interface ClosedPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Path entries that rules granted, beyond the effects themselves. */
export interface GrantedEntries {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** True if the call is granted anything outside the workspace. */
  readonly reachesOutside: boolean;
}

export type FindClosedPaths = (
  action: Action,
  about: Circumstances,
  applicable: readonly IndexedLayer[],
  judgement: Judgement,
  granted: GrantedEntries,
) => ClosedPaths;

/** Answers worked out before; the same rules close the same paths for most calls of a session. */
const remembered = 256;

/** Prepares the rules that close something. The answers depend on nothing but the arguments. */
export function prepareClosedPaths(layers: readonly Layer[], privateDirectories: readonly string[]): FindClosedPaths {
  const findClosing = prepareClosing(layers, closesSomething);
  const answers = new Map<string, ClosedPaths>();
  return (action, about, applicable, judgement, granted) => {
    const closing = findClosing(about, applicable, judgement);
    const key = JSON.stringify([
      action.workspace,
      granted.reachesOutside,
      closing.key,
      ...(closing.asks ? [granted.read, granted.write] : []),
    ]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = closedBy(closing.rules(), action.workspace, granted, privateDirectories);
    if (answers.size >= remembered) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

const closesSomething = ({ closesRead, closesWrite }: Rule): boolean => closesRead.length > 0 || closesWrite.length > 0;

function closedBy(
  rules: readonly Rule[],
  workspace: string,
  granted: GrantedEntries,
  privateDirectories: readonly string[],
): ClosedPaths {
  // A pattern for other places that the workspace itself lies in would close all of it.
  const isElsewhere = (pattern: string) => granted.reachesOutside && !compilePathPattern(pattern, '/')(workspace);
  const patternsOf = (rule: Rule, patterns: readonly ClosedPatterns[], entries: readonly string[]) =>
    patterns
      .filter(({ pattern }) => rule.verdict === 'deny' || !entries.some((entry) => coversEntry(pattern, entry)))
      .flatMap(({ inside, outside }) => [...inside, ...outside.filter(isElsewhere)]);
  const within = privateDirectories.filter((path) => path.startsWith(join(workspace, '/'))).map(exactPathEntry);
  const read = rules.flatMap((rule) => patternsOf(rule, rule.closesRead, [...granted.read, ...granted.write]));
  const write = rules.flatMap((rule) => patternsOf(rule, rule.closesWrite, granted.write));
  // The copy is one that need not be copied again for each decision.
  return frozenCopy({ read: sorted([...read, ...within]), write: sorted([...read, ...write, ...within]) });
}

const sorted = (patterns: readonly string[]): readonly string[] => [...new Set(patterns)].sort();
