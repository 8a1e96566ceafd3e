// The patterns of a rule by kind of effect, compiled.

import type { Effect, OpaqueEffect, RunEffect, SecretEffect, SendEffect, ToolEffect } from '../kernel/types.ts';
import { compileRunPattern, type RunPattern } from './classify/command/run-pattern.ts';
import { compileConnectRule } from './connect-pattern.ts';
import {
  type ConnectRulePattern,
  type EffectPattern,
  type IndexKey,
  isPatternError,
  type PathRulePattern,
  type PatternError,
  patternProblem,
} from './effect-pattern.ts';
import { compilePathRule, readPathPatterns } from './path-pattern.ts';
import type { EffectPatterns } from './policy-schema.ts';
import type { RulePatterns } from './rule.ts';
import { compileTextPattern } from './text-pattern.ts';

/** Takes a compiled pattern, or notes what is wrong with it and takes nothing. */
export type Collect = <P>(kind: keyof EffectPatterns, index: number, made: P | PatternError) => readonly P[];

/** Compiles what a rule names; `connections` come beside what it names itself. */
export function compilePatterns(
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
export function connectionsOf(text: string): readonly ConnectRulePattern[] {
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
