// From a rule as written to a rule as decided with. Every pattern is compiled here and every objection to one is told with
// its place in the file; a rule with an objection is never used.

import { isAbsolute } from 'node:path';
import { compileConnectPattern } from '../kernel/connect-patterns.ts';
import { defaultApprovalTerms } from '../kernel/limits.ts';
import type {
  Effect,
  Injection,
  OpaqueEffect,
  RunEffect,
  SandboxLimits,
  SecretEffect,
  SendEffect,
  ToolEffect,
} from '../kernel/types.ts';
import { compileRunPattern, type RunPattern } from './classify/command/run-pattern.ts';
import { compileInjection } from './compile-injection.ts';
import { type Condition, compileWhen } from './conditions.ts';
import { compileConnectRule } from './connect-pattern.ts';
import {
  type ConnectRulePattern,
  type EffectPattern,
  type IndexKey,
  type PathRulePattern,
  type PatternError,
  patternProblem,
} from './effect-pattern.ts';
import { broadAllow, broadGrant } from './over-broad.ts';
import { compilePathRule, readPathPatterns } from './path-pattern.ts';
import { durationMs, type EffectPatterns, effectKinds, type RuleSource } from './policy-schema.ts';
import type { Problem, ProblemAt } from './read-policy-file.ts';
import type { Rule, RuleGrant, RulePatterns } from './rule.ts';
import { compileTextPattern } from './text-pattern.ts';
import { compileBounds } from './used-up.ts';

export type CompiledRule =
  | { readonly kind: 'compiled'; readonly rule: Rule }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

const verdicts = ['deny', 'ask', 'allow'] as const;

/** Compiles one rule of the policy `policy`. `problemAt` takes keys inside the rule. */
export function compileRule(source: RuleSource, policy: string, problemAt: ProblemAt): CompiledRule {
  const problems: Problem[] = shapeProblems(source, problemAt);
  const verdict = verdicts.find((one) => source[one] !== undefined) ?? 'deny';
  const written = source[verdict] ?? {};
  const collect = <P>(keys: readonly PropertyKey[], made: P | PatternError): P[] => {
    if (!isPatternError(made)) return [made];
    problems.push(problemAt(keys, made.error));
    return [];
  };
  for (const kind of effectKinds) {
    for (const [index, text] of (written[kind] ?? []).entries()) {
      const objection = patternProblem(text) ?? (verdict === 'allow' ? broadAllow(kind, text) : undefined);
      if (objection !== undefined) problems.push(problemAt([verdict, kind, index], objection));
    }
  }
  const connections = verdict === 'allow' ? (written.run ?? []).flatMap(connectionsOf) : [];
  const patterns = compilePatterns(written, connections, (kind, index, made) => collect([verdict, kind, index], made));
  const grant = compileGrant(
    source,
    (key, index, made) => collect(['grant', key, index], made),
    (index, made) => collect(['grant', 'inject', index], made),
  );
  if (problems.length > 0) return { kind: 'broken', problems };
  const reference = Object.freeze({ policy, rule: source.id, verdict, because: source.because });
  const isClosing = verdict !== 'allow';
  return {
    kind: 'compiled',
    rule: {
      reference,
      verdict,
      patterns,
      holds: withExpiry(compileWhen(source.when, verdict), source.expires),
      bounds: compileBounds(source),
      seesLabels: source.when?.labels !== undefined,
      grant,
      terms: termsOf(source),
      labels: source.labels ?? [],
      closesRead: isClosing ? patterns.read.map(({ closes }) => closes) : [],
      closesWrite: isClosing ? patterns.write.map(({ closes }) => closes) : [],
      closesConnect: isClosing ? (written.connect ?? []) : [],
    },
  };
}

const dayMs = 86_400_000;

/** An allow rule with an expiry opens nothing once its last day is over. */
function withExpiry(holds: Condition, expires: string | undefined): Condition {
  if (expires === undefined) return holds;
  const until = Date.parse(`${expires}T00:00:00Z`) + dayMs;
  return (about) => about.now < until && holds(about);
}

function shapeProblems(source: RuleSource, problemAt: ProblemAt): Problem[] {
  const stated = verdicts.filter((verdict) => source[verdict] !== undefined);
  const problems: Problem[] = [];
  const say = (key: string, what: string) => problems.push(problemAt([key], what));
  if (stated.length !== 1) say(stated[1] ?? 'id', 'a rule has exactly one of `allow`, `ask` and `deny`; split it');
  const [verdict] = stated;
  if (verdict !== undefined && Object.keys(source[verdict] ?? {}).length === 0) {
    say(verdict, `\`${verdict}\` names nothing; name a kind of effect, as in \`${verdict}: { run: ["git push *"] }\``);
  }
  if (verdict === 'deny' && source.grant !== undefined) say('grant', 'a deny rule grants nothing; remove `grant`');
  if (verdict === 'deny' && source.labels !== undefined)
    say('labels', 'a deny rule has no results to label; remove `labels`');
  if (verdict !== 'ask' && source.approvers !== undefined) {
    say('approvers', 'only an ask rule has approvers; remove `approvers`, or make it `ask`');
  }
  if (verdict === 'deny') {
    for (const key of ['atMost', 'budget'] as const) {
      if (source[key] !== undefined) say(key, `a deny rule opens nothing that \`${key}\` could bound; remove it`);
    }
  }
  if (verdict !== 'allow' && source.expires !== undefined) {
    say('expires', 'only an allow rule expires: without an ask or deny rule more would be open; remove `expires`');
  }
  if (source.budget !== undefined && Object.keys(source.budget).length === 0) {
    say('budget', '`budget` names nothing; use `calls` or `tokens`');
  }
  if (source.when?.time !== undefined && source.when.time.days === undefined && source.when.time.hours === undefined) {
    say('when', '`when.time` names nothing; use `days` or `hours`');
  }
  if (source.when?.labels !== undefined && Object.keys(source.when.labels).length === 0) {
    say('when', '`when.labels` names nothing; use `all`, `any` or `none`');
  }
  return problems;
}

type Collect = <P>(kind: keyof EffectPatterns, index: number, made: P | PatternError) => readonly P[];

function compilePatterns(
  written: EffectPatterns,
  connections: readonly ConnectRulePattern[],
  collect: Collect,
): RulePatterns {
  const each = <P>(kind: keyof EffectPatterns, compile: (text: string) => P | PatternError): readonly P[] =>
    (written[kind] ?? []).flatMap((text, index) =>
      patternProblem(text) === undefined ? collect(kind, index, compile(text)) : [],
    );
  const paths = (kind: 'read' | 'write') => each(kind, compilePaths).flat();
  return {
    run: each<EffectPattern<RunEffect> & IndexKey>('run', (text) => {
      const made = compileRunPattern(text);
      return 'error' in made ? made : runRule(text, made);
    }),
    read: paths('read'),
    write: paths('write'),
    connect: [...each('connect', compileConnectRule), ...connections],
    secret: each('secret', (text) => textRule<SecretEffect>(text, ({ name }) => name)),
    send: each('send', (text) => textRule<SendEffect>(text, ({ channel, target }) => `${channel} ${target}`)),
    tool: each('tool', (text) => textRule<ToolEffect>(text, ({ name }) => name)),
    opaque: each('opaque', (text) => textRule<OpaqueEffect>(text, ({ text: part }) => part)),
  };
}

function compilePaths(text: string): readonly PathRulePattern[] | PatternError {
  const read = readPathPatterns(text);
  return isPatternError(read) ? read : read.map(compilePathRule);
}

function textRule<E extends Effect>(text: string, subject: (effect: E) => string): EffectPattern<E> & IndexKey {
  const matches = compileTextPattern(text);
  const covers = (effect: E) => matches(subject(effect));
  return { key: text.includes('*') ? undefined : text, allows: covers, asks: covers, catches: covers };
}

/** A person who is asked about a command sees all of it, so an ask rule opens it under every spelling. */
const runRule = (text: string, pattern: RunPattern): EffectPattern<RunEffect> & IndexKey => ({
  key: programOf(text),
  allows: (effect) => pattern.allows(effect),
  asks: (effect) => pattern.catches(effect),
  catches: (effect) => pattern.catches(effect),
});

/** `curl -s https://example.com/api/*` names the connection as well: reading what that URL gives, and nothing else. */
function connectionsOf(text: string): readonly ConnectRulePattern[] {
  if (!/^(?:curl|wget) /.test(text) || patternProblem(text) !== undefined) return [];
  return text.split(/\s+/).flatMap((word) => {
    const url = /^https?:\/\/[^/*?#'"\\]+(?:\/[^'"\\]*)?$/.exec(word)?.[0];
    if (url === undefined) return [];
    const withPath = /^https?:\/\/[^/]+$/.test(url) ? `${url}/` : url;
    return ['GET', 'HEAD'].flatMap((method) => {
      const made = compileConnectRule(`${method} ${withPath}`);
      return 'error' in made ? [] : [made];
    });
  });
}

/** First word of a run pattern if it is plainly a program name, in lower case. */
const programOf = (text: string): string | undefined => /^[A-Za-z0-9._+-]+(?= |$)/.exec(text)?.[0].toLowerCase();

type CollectGrant = (
  key: string,
  index: number,
  made: readonly string[] | PatternError,
) => readonly (readonly string[])[];

type CollectInjection = (index: number, made: Injection | PatternError) => readonly Injection[];

function compileGrant(source: RuleSource, collect: CollectGrant, collectInjection: CollectInjection): RuleGrant {
  const { read, write, connect, secrets, inject = [], ...stated } = source.grant ?? {};
  const entries = (key: 'read' | 'write' | 'connect' | 'secrets', texts: readonly string[] | undefined) =>
    (texts ?? []).flatMap((text, index) => collect(key, index, grantEntries(key, text)).flat());
  const limits: Partial<SandboxLimits> = Object.fromEntries(
    Object.entries(stated).filter(([, value]) => value !== undefined),
  );
  return {
    read: entries('read', read),
    write: entries('write', write),
    connect: entries('connect', connect),
    secrets: entries('secrets', secrets),
    inject: inject.flatMap((one, index) => collectInjection(index, compileInjection(one))),
    limits,
  };
}

function grantEntries(key: 'read' | 'write' | 'connect' | 'secrets', text: string): readonly string[] | PatternError {
  const problem = patternProblem(text) ?? broadGrant(key, text);
  if (problem !== undefined) return { error: problem };
  if (key === 'read' || key === 'write') {
    const read = readPathPatterns(text);
    if (isPatternError(read)) return read;
    return read.some((pattern) => isAbsolute(pattern) !== isAbsolute(text))
      ? { error: `\`${text}\` mixes places; split it` }
      : read;
  }
  if (key === 'secrets') return [text];
  const made = compileConnectRule(text);
  if ('error' in made) return made;
  return compileConnectPattern(text)?.host.kind === 'any' ? { error: 'a grant of every host; name the hosts' } : [text];
}

function termsOf(source: RuleSource): Rule['terms'] {
  const { roles, count, within } = source.approvers ?? {};
  return {
    roles: roles ?? defaultApprovalTerms.roles,
    count: count ?? defaultApprovalTerms.count,
    withinMs: within === undefined ? defaultApprovalTerms.withinMs : durationMs(within),
  };
}

const isPatternError = (made: unknown): made is PatternError =>
  typeof made === 'object' && made !== null && 'error' in made && typeof made.error === 'string';
