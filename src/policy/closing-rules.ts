// Which of the rules that close something close it for one call: those that hold, of the layers that are about the caller,
// without those that the call has asked or been denied by. Most rules hold always, so only the others are looked at.

import { always, type Circumstances } from './conditions.ts';
import type { IndexedLayer, Judgement } from './judge.ts';
import type { Layer, Rule } from './rule.ts';

/** The closing rules of one call. */
export interface ClosingRules {
  /** Two calls with the same key have the same closing rules. */
  readonly key: string;
  /** True if one of them asks. */
  readonly asks: boolean;
  rules(): readonly Rule[];
}

export type FindClosing = (
  about: Circumstances,
  applicable: readonly IndexedLayer[],
  judgement: Judgement,
) => ClosingRules;

/** Prepares the rules that close something. */
export function prepareClosing(layers: readonly Layer[], closesSomething: (rule: Rule) => boolean): FindClosing {
  const numbers = new Map<Layer | Rule, number>();
  const closing = new Map<Layer, readonly Rule[]>();
  for (const layer of layers) {
    const rules = layer.rules.filter(closesSomething);
    for (const one of [layer, ...rules]) numbers.set(one, numbers.size);
    closing.set(layer, rules);
  }
  const conditional = new Map(
    [...closing].map(([layer, rules]) => [layer, rules.filter(({ holds }) => holds !== always)]),
  );
  const asking = new Map([...closing].map(([layer, rules]) => [layer, rules.filter(isAsking).length]));
  return (about, applicable, { winners }) => {
    const open = new Set<Rule>();
    let askingCount = 0;
    for (const { layer } of applicable) {
      askingCount += asking.get(layer) ?? 0;
      for (const rule of winners.get(layer) ?? []) if (numbers.has(rule)) open.add(rule);
      for (const rule of conditional.get(layer) ?? []) if (!rule.holds(about)) open.add(rule);
    }
    const numbersOf = (all: Iterable<Layer | Rule>) => [...all].map((one) => numbers.get(one) ?? -1).sort();
    return {
      key: `${numbersOf(applicable.map(({ layer }) => layer))} ${numbersOf(open)}`,
      asks: askingCount > [...open].filter(isAsking).length,
      rules: () => applicable.flatMap(({ layer }) => (closing.get(layer) ?? []).filter((rule) => !open.has(rule))),
    };
  };
}

const isAsking = ({ verdict }: Rule): boolean => verdict === 'ask';
