// What stays closed inside the connections that a call is granted: whatever deny rules name, and whatever ask rules name
// that this action did not ask. The sandbox holds these patterns against hosts and against the addresses it dials.
//
// A pattern of an ask rule that would undo a whole entry some rule granted is left out: the grant says more exactly what
// was meant. Narrower ones stay, and deny rules always do.

import { closesConnectEntry } from '../kernel/connect-patterns.ts';
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

/** Prepares the rules that close connections. */
export function prepareClosedConnections(layers: readonly Layer[]): FindClosedConnections {
  const closing = new Map(layers.map((layer) => [layer, layer.rules.filter(closesSomething)]));
  return (about, applicable, judgement, granted) => {
    const patterns = applicable.flatMap(({ layer }) => {
      const won = judgement.winners.get(layer);
      const rules = (closing.get(layer) ?? []).filter((rule) => won?.has(rule) !== true && rule.holds(about));
      return rules.flatMap((rule) => rule.closesConnect.filter((text) => stays(rule, text, granted)));
    });
    return [...new Set(patterns)].sort();
  };
}

const closesSomething = ({ closesConnect }: Rule): boolean => closesConnect.length > 0;

const stays = ({ verdict }: Rule, text: string, granted: readonly string[]): boolean =>
  verdict === 'deny' || !granted.some((entry) => closesConnectEntry(text, entry));
