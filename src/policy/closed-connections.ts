// What stays closed inside the connections that a call is granted: whatever deny rules name, and whatever ask rules name
// that this action did not ask. The sandbox holds these patterns against hosts and against the addresses it dials.
//
// A pattern of an ask rule that would undo a whole entry some rule granted is left out: the grant says more exactly what
// was meant. Narrower ones stay, and deny rules always do.

import { frozenCopy } from '../kernel/canonical.ts';
import { closesConnectEntry } from '../kernel/connect-patterns.ts';
import { prepareClosing } from './closing-rules.ts';
import type { Circumstances } from './conditions.ts';
import type { IndexedLayer, Judgement } from './judge.ts';
import type { Layer, Rule } from './rule.ts';

/** Patterns for `exceptConnect`, sorted. `granted` are the entries that rules granted, beyond the effects themselves. */
export type FindClosedConnections = (
  about: Circumstances,
  applicable: readonly IndexedLayer[],
  judgement: Judgement,
  granted: readonly string[],
) => readonly string[];

/** Answers worked out before; the same rules close the same connections for most calls of a session. */
const remembered = 256;

/** Prepares the rules that close connections. The answers depend on nothing but the arguments. */
export function prepareClosedConnections(layers: readonly Layer[]): FindClosedConnections {
  const findClosing = prepareClosing(layers, closesSomething);
  const answers = new Map<string, readonly string[]>();
  return (about, applicable, judgement, granted) => {
    const closing = findClosing(about, applicable, judgement);
    const key = JSON.stringify([closing.key, ...(closing.asks ? granted : [])]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const patterns = closing.rules().flatMap((rule) => rule.closesConnect.filter((text) => stays(rule, text, granted)));
    const answer = frozenCopy([...new Set(patterns)].sort());
    if (answers.size >= remembered) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

const closesSomething = ({ closesConnect }: Rule): boolean => closesConnect.length > 0;

const stays = ({ verdict }: Rule, text: string, granted: readonly string[]): boolean =>
  verdict === 'deny' || !granted.some((entry) => closesConnectEntry(text, entry));
