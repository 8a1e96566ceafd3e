// What all layers together say about the effects of one action. The strictest wins: over the rules of a layer, over the
// layers, over the effects. Nothing here knows of order.

import type { Action, Effect, Verdict } from '../kernel/types.ts';
import { type Brought, labelsBroughtTo } from './brought-labels.ts';
import type { Circumstances } from './conditions.ts';
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

/** What one layer says about one effect. */
export interface Finding {
  readonly layer: Layer;
  readonly effect: Effect;
  /** What conditions were held against: labels that other effects bring included. */
  readonly about: Circumstances;
  /** The strictest rules about it; those that are used up as the denying rules in their place. */
  readonly rules: readonly Rule[];
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Per layer that took part, the winning rules; effects may share them. */
  readonly winners: ReadonlyMap<Layer, ReadonlySet<Rule>>;
  /**
   * Per layer that took part, the rules whose grants count: the winners, and the looser ones that open the same effects.
   * Asking adds a person; it does not take away what the call was to get.
   */
  readonly granting: ReadonlyMap<Layer, ReadonlySet<Rule>>;
  /** For a denial by rules: the effects and the rules that denied them. */
  readonly denied: readonly { readonly effect: Effect; readonly rule: Rule }[];
  readonly uncovered: readonly Uncovered[];
  /** The rules that put labels on results, with the effects at which they won or which they open although a stricter one won. */
  readonly brought: readonly Brought[];
  /** Every rule that is about one of the effects and whose conditions hold. */
  readonly matched: ReadonlySet<Rule>;
  /** Names of the secrets that the call would get. */
  readonly secrets: readonly string[];
  /** What each layer said about each effect. */
  readonly findings: readonly Finding[];
}

/** What every call that gets a secret carries, in what it sends and in what comes back. */
export const privateLabel = 'private';

/** What comes from another machine carries. */
export const untrustedLabel = 'untrusted';

/** Order of strictness: the higher, the stricter. */
export const strictness: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };

/**
 * Judges every effect of the action by every layer that is about the caller; where rules look at labels, each effect with
 * the labels that the others bring.
 */
export function judge(
  action: Action,
  about: Circumstances,
  layers: readonly IndexedLayer[],
  usedUp: UsedUp,
): Judgement {
  const first = judgeEach(action, () => about, layers, usedUp);
  const seesLabels = layers.some(({ layer }) => layer.seesLabels);
  if (!seesLabels || (first.brought.length === 0 && first.secrets.length === 0)) return first;
  const inputs = first.secrets.length === 0 ? about.inputs : [...about.inputs, privateLabel];
  const opens = (rule: Rule, effect: Effect) =>
    layers.some(({ find }) => isFound(rule, effect, find)) && !rule.isExcused(effect, about.now);
  const withLabels = (effect: Effect) => ({
    ...about,
    inputs: labelsBroughtTo(effect, first.brought, inputs, opens),
  });
  return judgeEach(action, withLabels, layers, usedUp);
}

function judgeEach(
  action: Action,
  aboutOf: (effect: Effect) => Circumstances,
  layers: readonly IndexedLayer[],
  usedUp: UsedUp,
): Judgement {
  const winners = new Map<Layer, Set<Rule>>();
  const granting = new Map<Layer, Set<Rule>>();
  const denied: { effect: Effect; rule: Rule }[] = [];
  const uncovered: Uncovered[] = [];
  const brought: Brought[] = [];
  const findings: Finding[] = [];
  const matched = new Set<Rule>();
  let verdict: Verdict = 'allow';
  const tighten = (other: Verdict) => {
    if (strictness[other] > strictness[verdict]) verdict = other;
  };
  for (const { layer, find } of layers) {
    const won = new Set<Rule>();
    const grants = new Set<Rule>();
    winners.set(layer, won);
    granting.set(layer, grants);
    const take = (rule: Rule, effect: Effect) => {
      grants.add(rule);
      if (rule.labels.length > 0) brought.push({ effect, rule });
    };
    const win = (rule: Rule, effect: Effect) => {
      won.add(rule);
      take(rule, effect);
    };
    for (const effect of action.effects) {
      const about = aboutOf(effect);
      const look: Look = { about, usedUp, matched };
      const { rules, openers } = rulesAbout(effect, look, find);
      const [first] = rules;
      for (const opener of openers) take(opener, effect);
      if (first !== undefined) tighten(first.verdict);
      for (const rule of rules) win(rule, effect);
      let winning = rules;
      if (first?.verdict === 'deny') denied.push(...rules.map((rule) => ({ effect, rule })));
      else if (openers.length === 0 && layer.opens && needsOpening(effect)) {
        const inputOpeners = rulesOpeningInput(effect, action, look, find);
        if (inputOpeners.length === 0) uncovered.push({ effect, policy: layer.policy });
        for (const rule of inputOpeners) win(rule, effect);
        winning = [...rules, ...inputOpeners];
      }
      findings.push({ layer, effect, about, rules: winning });
    }
  }
  const own = action.effects.find(needsOpening);
  if (own === undefined || !layers.some(({ layer }) => layer.opens)) {
    const effect = own ?? action.effects[0];
    uncovered.push({ effect: effect ?? { kind: 'tool', name: action.tool, standing: 'own' }, policy: '' });
  }
  if (uncovered.length > 0) tighten('deny');
  return {
    verdict,
    winners,
    granting,
    denied,
    uncovered,
    brought,
    matched,
    secrets: secretsOf(action, granting),
    findings,
  };
}

/** Secrets that the call would get or that are added to what it sends: named by its effects, or granted by rules. */
const secretsOf = (action: Action, granting: ReadonlyMap<Layer, ReadonlySet<Rule>>): readonly string[] => [
  ...action.effects.flatMap((effect) => (effect.kind === 'secret' ? [effect.name] : [])),
  ...[...granting.values()].flatMap((rules) =>
    [...rules].flatMap(({ grant }) => [...grant.secrets, ...grant.inject.map(({ secret }) => secret)]),
  ),
];

function isFound(wanted: Rule, effect: Effect, find: RuleIndex): boolean {
  let isThere = false;
  find(effect, (rule, opens) => {
    isThere ||= opens && rule === wanted;
  });
  return isThere;
}

/** How rules are looked at for one effect. */
interface Look {
  readonly about: Circumstances;
  readonly usedUp: UsedUp;
  /** Gathers the rules that hold. */
  readonly matched: Set<Rule>;
}

/**
 * The rules that open a file which a command of the action only reads from its input, because they would allow the same
 * command with the file among its words (`wc -l < notes.md`, spelled `wc -l notes.md` by the classifier).
 */
function rulesOpeningInput(effect: Effect, action: Action, look: Look, find: RuleIndex): readonly Rule[] {
  if (effect.kind !== 'read' || effect.path.startsWith('/')) return [];
  for (const run of action.effects) {
    if (run.kind !== 'run') continue;
    const length = run.argv.length;
    const spelling = run.spellings.find(
      (words) => words.length === length + 1 && run.argv.every((word, index) => words[index] === word),
    );
    const file = spelling?.[length];
    if (spelling === undefined || file === undefined || plainly(file) !== effect.path) continue;
    const { rules, openers } = rulesAbout({ ...run, argv: spelling, spellings: [] }, look, find);
    if (openers.length > 0 && rules[0]?.verdict !== 'deny') return rules;
  }
  return [];
}

const plainly = (path: string): string => path.replace(/^\/workspace\//, '').replace(/^(?:\.\/)+/, '');

/** Own effects and opaque parts need a rule that opens them; implied ones come with the own effect. */
const needsOpening = (effect: Effect): boolean => effect.standing !== 'implied' || effect.kind === 'opaque';

/** The strictest rules about an effect, and the rules, also looser ones, that open it. */
function rulesAbout(
  effect: Effect,
  { about, usedUp, matched }: Look,
  find: RuleIndex,
): { rules: readonly Rule[]; openers: readonly Rule[] } {
  let rules: Rule[] = [];
  const openers: Rule[] = [];
  find(effect, (found, isOpening) => {
    const spent = usedUp.get(found);
    const rule = spent ?? found;
    const opens = isOpening && spent === undefined;
    const [current] = rules;
    const difference = current === undefined ? 1 : strictness[rule.verdict] - strictness[current.verdict];
    if (!rule.holds(about) || found.isExcused(effect, about.now)) return;
    matched.add(rule);
    if (difference < 0 && !opens) return;
    if (opens) openers.push(rule);
    if (difference > 0) rules = [rule];
    else if (difference === 0) rules.push(rule);
  });
  return { rules, openers };
}
