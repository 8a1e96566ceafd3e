// Small mistakes made on purpose in one policy file, one at a time. A test that does not notice one would not notice the
// same mistake made by a person. Mutants are made from the data of the file and compiled like the file itself.

import type { Json, Verdict } from '../../kernel/types.ts';
import { compileRule } from '../compile-rule.ts';
import { type LoadedFile, layerOf } from '../load-policy.ts';
import { type PolicyFile, policyFileSchema, type RuleSource } from '../policy-schema.ts';
import type { Layer } from '../rule.ts';

/** What was changed. */
export type Mutation =
  | { readonly kind: 'dropped' }
  | { readonly kind: 'flipped'; readonly to: Verdict }
  | { readonly kind: 'removed'; readonly keys: readonly PropertyKey[] };

const ruleSchema = policyFileSchema.shape.rules.element;

/** A policy file with one mistake in it. */
export interface Mutant {
  readonly mutation: Mutation;
  /** Index of the rule; null where the file as a whole was changed. */
  readonly rule: number | null;
  readonly layer: Layer;
}

/** Every mutant of a file. One that would not load is none: nobody could make that mistake. */
export function mutantsOf({ content, layer, problemAt }: LoadedFile): readonly Mutant[] {
  const changed = (index: number, mutation: Mutation, source: RuleSource): readonly Mutant[] => {
    const compiled = compileRule(source, content.policy, problemAt);
    if (compiled.kind === 'broken') return [];
    const rules = layer.rules.map((rule, at) => (at === index ? compiled.rule : rule));
    return [{ mutation, rule: index, layer: layerOf(content, rules) }];
  };
  const ofRules = content.rules.flatMap((source, index): readonly Mutant[] => [
    {
      mutation: { kind: 'dropped' },
      rule: index,
      layer: layerOf(
        content,
        layer.rules.filter((_, at) => at !== index),
      ),
    },
    ...flips(source, (to, flipped) => changed(index, { kind: 'flipped', to }, flipped)),
    ...removals(source).flatMap((keys) => {
      const smaller = ruleSchema.safeParse(without(jsonOf(source), keys));
      return smaller.success ? changed(index, { kind: 'removed', keys }, smaller.data) : [];
    }),
  ]);
  return [...ofRules, ...appliesMutants(content, layer)];
}

/** An allow denies, an ask or a deny allows; a deny whose patterns would be too broad to allow asks instead. */
function flips(source: RuleSource, change: (to: Verdict, source: RuleSource) => readonly Mutant[]): readonly Mutant[] {
  const { allow, ask, deny, grant, labels, approvers, atMost, budget, expires, preview: _asksOnly, ...rest } = source;
  const limits = { ...(atMost && { atMost }), ...(budget && { budget }) };
  const gifts = { ...(grant && { grant }), ...(labels && { labels }) };
  if (allow !== undefined) return change('deny', { ...rest, deny: allow });
  if (ask !== undefined) return change('allow', { ...rest, ...limits, ...gifts, allow: ask });
  if (deny === undefined) return [];
  const allowing = change('allow', { ...rest, allow: deny });
  return allowing.length > 0 ? allowing : change('ask', { ...rest, ask: deny });
}

/** What may be left out of a rule with the rule still being one: conditions piece by piece, gifts and limits by key. */
function removals(source: RuleSource): readonly (readonly PropertyKey[])[] {
  const keysOf = (value: object | undefined) => Object.keys(value ?? {});
  const { labels, ...conditions } = source.when ?? {};
  return [
    ...Object.entries(conditions).flatMap(([key, value]) => [['when', key], ...entriesOf(['when', key], value)]),
    ...Object.entries(labels ?? {}).flatMap(([key, value]) => [
      ['when', 'labels', key],
      ...entriesOf(['when', 'labels', key], value),
    ]),
    ...keysOf(source.except).map((key) => ['except', key]),
    ...keysOf(source.grant).map((key) => ['grant', key]),
    ...keysOf(source.approvers).map((key) => ['approvers', key]),
    ...(['labels', 'atMost', 'budget', 'expires', 'preview'] as const).flatMap((key) =>
      source[key] === undefined ? [] : [[key]],
    ),
  ];
}

/** Each entry of a list of several: `all: [untrusted, private]` without `private` is another condition. */
const entriesOf = (keys: readonly PropertyKey[], value: unknown): readonly (readonly PropertyKey[])[] =>
  Array.isArray(value) && value.length > 1 ? value.map((_, index) => [...keys, index]) : [];

function appliesMutants(content: PolicyFile, layer: Layer): readonly Mutant[] {
  return Object.keys(content.applies ?? {}).flatMap((key) => {
    const keys = ['applies', key];
    const changed = policyFileSchema.safeParse(without(jsonOf(content), keys));
    if (!changed.success) return [];
    return [{ mutation: { kind: 'removed', keys }, rule: null, layer: layerOf(changed.data, layer.rules) }];
  });
}

const jsonOf = (value: PolicyFile | RuleSource): Json => JSON.parse(JSON.stringify(value));

/** A copy without the value at `keys`; what is empty afterwards goes too, because an empty condition is none. */
function without(value: Json, [key, ...rest]: readonly PropertyKey[]): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.filter((_, index) => index !== key);
  const entries = Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, Json])[] => {
    if (name !== key) return [[name, inner]];
    if (rest.length === 0) return [];
    const smaller = without(inner, rest);
    return isEmpty(smaller) ? [] : [[name, smaller]];
  });
  return Object.fromEntries(entries);
}

const isEmpty = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
