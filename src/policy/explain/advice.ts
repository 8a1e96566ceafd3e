// What would make a refused call possible: the deny rule to narrow, the smallest rule to add, or an honest word that no rule
// can. A rule is only suggested after it was tried: the amended file was loaded and the call decided again.

import type { Action, Caller, Effect, Moment } from '../../kernel/types.ts';
import type { Examination } from '../decide.ts';
import { type LoadedPolicy, loadPolicy, PolicyLoadError, type PolicyText } from '../load-policy.ts';
import type { RuleSource } from '../policy-schema.ts';
import { withRule } from './amend.ts';
import { exampleSets, ruleText, suggestRule } from './suggested-rule.ts';

export type Advice =
  /** A rule stands in the way, and no allow beats it. */
  | {
      readonly kind: 'narrow';
      readonly policy: string;
      readonly rule: string;
      readonly path: string;
      readonly line: number;
      readonly what: string;
    }
  /** This rule, added to the file, opens what no rule opens. */
  | {
      readonly kind: 'add';
      readonly policy: string;
      readonly path: string;
      readonly rule: RuleSource;
      readonly text: string;
    }
  /** No rule can open it. */
  | { readonly kind: 'say'; readonly what: string };

/** The situation that is explained. */
export interface Situation {
  readonly action: Action;
  readonly caller: Caller;
  readonly moment: Moment;
  readonly policy: LoadedPolicy;
}

/** Advice for a call that is denied; nothing for any other. */
export async function adviceFor(
  situation: Situation,
  { decision, judgement }: Examination,
): Promise<readonly Advice[]> {
  if (decision.verdict !== 'deny') return [];
  const advice: Advice[] = narrowed(situation, judgement.denied);
  const missing = Map.groupBy(judgement.uncovered, ({ policy }) => policy);
  let texts: readonly PolicyText[] = situation.policy.files.map(({ path, text }) => ({ path, text }));
  for (const [policy, uncovered] of missing) {
    if (policy === '' && judgement.uncovered.some((one) => one.policy !== '')) continue;
    const effects = policy === '' ? opened(situation.action) : [...new Set(uncovered.map(({ effect }) => effect))];
    const made = await addedTo(policy, effects, texts, situation);
    advice.push(...made.advice);
    texts = made.texts;
  }
  if (advice.length === 0) advice.push({ kind: 'say', what: decision.because });
  return advice;
}

/** The effects that need a rule which opens them. */
const opened = ({ effects }: Action): readonly Effect[] =>
  effects.filter(({ standing, kind }) => standing === 'own' || kind === 'opaque');

function narrowed({ policy }: Situation, denied: Examination['judgement']['denied']): Advice[] {
  const byRule = Map.groupBy(denied, ({ rule }) => `${rule.reference.policy} ${rule.reference.rule}`);
  return [...byRule.values()].flatMap((refusals) => {
    const [first] = refusals;
    if (first === undefined) return [];
    const { policy: name, rule: id, because } = first.rule.reference;
    const file = policy.files.find(({ content }) => content.policy === name);
    const index = file?.content.rules.findIndex((source) => source.id === id) ?? -1;
    const source = file?.content.rules[index];
    const line = file?.problemAt(['rules', index, 'id'], '').line ?? 1;
    const what =
      source !== undefined && source.deny === undefined
        ? `it would open this, but ${because}: wait, or raise its bound`
        : `deny beats every allow: ${waysToNarrow(refusals, source?.when !== undefined).join(', or ')}`;
    return [{ kind: 'narrow', policy: name, rule: id, path: file?.path ?? '', line, what }];
  });
}

function waysToNarrow(refusals: readonly { readonly effect: Effect }[], isConditional: boolean): readonly string[] {
  const canExcept = refusals.every(({ effect }) => !['read', 'write', 'connect'].includes(effect.kind));
  return [
    'narrow its patterns',
    ...(canExcept ? ['name what it is not about under `except`'] : []),
    ...(isConditional ? ['change its conditions under `when`'] : []),
  ];
}

interface Added {
  readonly advice: readonly Advice[];
  /** The files with the rule in them, for what is tried next. */
  readonly texts: readonly PolicyText[];
}

async function addedTo(
  policy: string,
  effects: readonly Effect[],
  texts: readonly PolicyText[],
  situation: Situation,
): Promise<Added> {
  const file = situation.policy.files.find(({ content }) => content.policy === policy);
  const { source, unnamed } = suggestRule(effects, file?.content.rules.map(({ id }) => id) ?? []);
  const said = unnamed.map((what): Advice => ({ kind: 'say', what }));
  if (source === undefined) return { advice: said, texts };
  const path = file?.path ?? 'a new policy file';
  const named = effects.filter(({ kind }) => kind !== 'opaque');
  let objection = 'the narrowest pattern does not name it';
  for (const examples of exampleSets(named, situation.action)) {
    const rule = { ...source, ...examples };
    const amended = texts.some((one) => one.path === path)
      ? texts.map((one) => (one.path === path ? { path, text: withRule(one.text, rule) } : one))
      : [...texts, { path, text: `policy: more\nrules:\n${ruleText(rule)}\n` }];
    const tried = await tryOut(amended, policy, named, situation);
    if (tried === undefined) {
      const text = file === undefined ? `policy: more\nrules:\n${ruleText(rule)}` : ruleText(rule);
      return { advice: [{ kind: 'add', policy, path, rule, text }, ...said], texts: amended };
    }
    objection = tried;
  }
  return { advice: [...said, { kind: 'say', what: `no rule can open this as it is written: ${objection}` }], texts };
}

/** Loads the amended files and decides again: why the effects are still not opened, or undefined if they are. */
async function tryOut(
  texts: readonly PolicyText[],
  policy: string,
  effects: readonly Effect[],
  { action, caller, moment }: Situation,
): Promise<string | undefined> {
  try {
    const amended = await loadPolicy(texts);
    const { judgement } = amended.examine(action, caller, moment);
    const left = judgement.uncovered.find(
      (one) => (policy === '' || one.policy === policy) && effects.includes(one.effect),
    );
    if (left === undefined) return undefined;
    const [outside] = left.effect.kind === 'run' ? left.effect.outside : [];
    if (outside === undefined) return 'the narrowest pattern does not name it';
    return `\`${outside}\` leads out of the workspace; write its whole path, or do it inside`;
  } catch (error) {
    if (error instanceof PolicyLoadError) return error.problems[0]?.what ?? error.message;
    throw error;
  }
}
