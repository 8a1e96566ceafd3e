// What all layers together say about the effects of one action. The strictest wins: over the rules of a layer, over the
// layers, over the effects. Nothing here knows of order.

import type { Action, Caller, Effect, Verdict } from '../kernel/types.ts';
import type { Layer, Rule } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';
import type { UsedUp } from './used-up.ts';

/** A layer with the index of its rules. */
export interface IndexedLayer {
  readonly layer: Layer;
  readonly find: RuleIndex;
}

/** An effect that a layer which opens things says nothing about, or that no layer could say anything about. */
export interface Uncovered {
  readonly effect: Effect;
  /** Name of the policy; empty if no policy that opens anything is about the caller. */
  readonly policy: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Per layer that took part, the winning rules; effects may share them. */
  readonly winners: ReadonlyMap<Layer, ReadonlySet<Rule>>;
  /** For a denial by rules: the effects and the rules that denied them. */
  readonly denied: readonly { readonly effect: Effect; readonly rule: Rule }[];
  readonly uncovered: readonly Uncovered[];
}

/** Order of strictness: the higher, the stricter. */
export const strictness: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };

/** What conditions of rules are held against. */
interface Circumstances {
  readonly caller: Caller;
  readonly now: number;
  readonly usedUp: UsedUp;
}

/** Judges every effect of the action by every layer that is about the caller. */
export function judge(
  action: Action,
  caller: Caller,
  now: number,
  layers: readonly IndexedLayer[],
  usedUp: UsedUp,
): Judgement {
  const about = { caller, now, usedUp };
  const winners = new Map<Layer, Set<Rule>>();
  const denied: { effect: Effect; rule: Rule }[] = [];
  const uncovered: Uncovered[] = [];
  let verdict: Verdict = 'allow';
  const tighten = (other: Verdict) => {
    if (strictness[other] > strictness[verdict]) verdict = other;
  };
  for (const { layer, find } of layers) {
    const won = new Set<Rule>();
    winners.set(layer, won);
    for (const effect of action.effects) {
      const { rules, isOpened } = rulesAbout(effect, about, find);
      const [first] = rules;
      if (first !== undefined) tighten(first.verdict);
      for (const rule of rules) won.add(rule);
      if (first?.verdict === 'deny') denied.push(...rules.map((rule) => ({ effect, rule })));
      else if (!isOpened && layer.opens && needsOpening(effect)) {
        const openers = rulesOpeningInput(effect, action, about, find);
        if (openers.length === 0) uncovered.push({ effect, policy: layer.policy });
        for (const rule of openers) won.add(rule);
      }
    }
  }
  const own = action.effects.find(needsOpening);
  if (own === undefined || !layers.some(({ layer }) => layer.opens)) {
    const effect = own ?? action.effects[0];
    uncovered.push({ effect: effect ?? { kind: 'tool', name: action.tool, standing: 'own' }, policy: '' });
  }
  if (uncovered.length > 0) tighten('deny');
  return { verdict, winners, denied, uncovered };
}

/**
 * The rules that open a file which a command of the action only reads from its input, because they would allow the same
 * command with the file among its words (`wc -l < notes.md`, spelled `wc -l notes.md` by the classifier).
 */
function rulesOpeningInput(effect: Effect, action: Action, about: Circumstances, find: RuleIndex): readonly Rule[] {
  if (effect.kind !== 'read' || effect.path.startsWith('/')) return [];
  for (const run of action.effects) {
    if (run.kind !== 'run') continue;
    const length = run.argv.length;
    const spelling = run.spellings.find(
      (words) => words.length === length + 1 && run.argv.every((word, index) => words[index] === word),
    );
    const file = spelling?.[length];
    if (spelling === undefined || file === undefined || plainly(file) !== effect.path) continue;
    const { rules, isOpened } = rulesAbout({ ...run, argv: spelling, spellings: [] }, about, find);
    if (isOpened && rules[0]?.verdict !== 'deny') return rules;
  }
  return [];
}

const plainly = (path: string): string => path.replace(/^\/workspace\//, '').replace(/^(?:\.\/)+/, '');

/** Own effects and opaque parts need a rule that opens them; implied ones come with the own effect. */
const needsOpening = (effect: Effect): boolean => effect.standing !== 'implied' || effect.kind === 'opaque';

/** The strictest rules about an effect, and whether any rule, also a looser one, opens it. */
function rulesAbout(
  effect: Effect,
  { caller, now, usedUp }: Circumstances,
  find: RuleIndex,
): { rules: readonly Rule[]; isOpened: boolean } {
  let rules: Rule[] = [];
  let isOpened = false;
  find(effect, (found, isOpening) => {
    const spent = usedUp.get(found);
    const rule = spent ?? found;
    const opens = isOpening && spent === undefined;
    const [current] = rules;
    const difference = current === undefined ? 1 : strictness[rule.verdict] - strictness[current.verdict];
    if ((difference < 0 && (isOpened || !opens)) || !rule.holds(caller, now)) return;
    if (opens) isOpened = true;
    if (difference > 0) rules = [rule];
    else if (difference === 0) rules.push(rule);
  });
  return { rules, isOpened };
}
