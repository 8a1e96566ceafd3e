// One rule of a policy, compiled: what `decide` reads. Everything in it is checked; nothing can fail any more.

import type {
  ApprovalTerms,
  ContainerRuntime,
  Effect,
  Injection,
  OpaqueEffect,
  RuleReference,
  RunEffect,
  SandboxLimits,
  SecretEffect,
  SendEffect,
  ToolEffect,
  Verdict,
} from '../kernel/types.ts';
import type { Condition } from './conditions.ts';
import type { ClosedPatterns, ConnectRulePattern, EffectPattern, IndexKey, PathRulePattern } from './effect-pattern.ts';
import type { RuleBounds } from './used-up.ts';

/** Patterns of a rule by kind of effect; an empty list where the rule says nothing about a kind. */
export interface RulePatterns {
  readonly run: readonly (EffectPattern<RunEffect> & IndexKey)[];
  readonly read: readonly PathRulePattern[];
  readonly write: readonly PathRulePattern[];
  readonly connect: readonly ConnectRulePattern[];
  readonly secret: readonly (EffectPattern<SecretEffect> & IndexKey)[];
  readonly send: readonly (EffectPattern<SendEffect> & IndexKey)[];
  readonly tool: readonly (EffectPattern<ToolEffect> & IndexKey)[];
  readonly opaque: readonly (EffectPattern<OpaqueEffect> & IndexKey)[];
}

/** What a rule adds to the sandbox. Limits it does not state are absent from `limits`. */
export interface RuleGrant {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly connect: readonly string[];
  readonly secrets: readonly string[];
  readonly inject: readonly Injection[];
  readonly runtime: ContainerRuntime;
  /** Images that the rule names: none or one. */
  readonly images: readonly string[];
  readonly limits: Partial<SandboxLimits>;
}

export type { ClosedPatterns } from './effect-pattern.ts';

/** A compiled rule. */
export interface Rule {
  readonly reference: RuleReference;
  readonly verdict: Verdict;
  readonly patterns: RulePatterns;
  /** True for effects that the rule is not about, although its patterns are. */
  readonly isException: (effect: Effect) => boolean;
  /** The same, until the last day of the exceptions is over. */
  readonly isExcused: (effect: Effect, now: number) => boolean;
  /** True if the rule's conditions hold. */
  readonly holds: Condition;
  /** True if its conditions look at labels. */
  readonly seesLabels: boolean;
  /** How much it may open before it denies. */
  readonly bounds: RuleBounds;
  readonly grant: RuleGrant;
  readonly terms: ApprovalTerms;
  /** Of an ask rule: the call runs on a copy before people are asked. */
  readonly preview: boolean;
  readonly labels: readonly string[];
  /** What stays closed to the sandbox while this rule denies or has not been asked. */
  readonly closesRead: readonly ClosedPatterns[];
  readonly closesWrite: readonly ClosedPatterns[];
  readonly closesConnect: readonly string[];
}

/** One policy file, compiled. */
export interface Layer {
  readonly policy: string;
  /** True if the file is about the caller at all. */
  readonly applies: Condition;
  readonly rules: readonly Rule[];
  /** True if conditions of its rules look at labels. */
  readonly seesLabels: boolean;
  /** True if it has a rule that opens something. A layer of denies only has no say about what it does not name. */
  readonly opens: boolean;
}
