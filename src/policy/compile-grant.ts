// What a rule adds to the sandbox, compiled: entries that later code can compare, and limits.

import { isAbsolute } from 'node:path';
import { compileConnectPattern } from '../kernel/connect-patterns.ts';
import type { Injection, SandboxLimits } from '../kernel/types.ts';
import { compileInjection } from './compile-injection.ts';
import { compileConnectRule } from './connect-pattern.ts';
import { isPatternError, type PatternError, patternProblem } from './effect-pattern.ts';
import { broadGrant } from './over-broad.ts';
import { readPathPatterns } from './path-pattern.ts';
import type { RuleSource } from './policy-schema.ts';
import type { RuleGrant } from './rule.ts';

type CollectGrant = (
  key: string,
  index: number,
  made: readonly string[] | PatternError,
) => readonly (readonly string[])[];

type CollectInjection = (index: number, made: Injection | PatternError) => readonly Injection[];

/** Compiles `grant`; what is wrong is told to the collectors. */
export function compileGrant(source: RuleSource, collect: CollectGrant, collectInjection: CollectInjection): RuleGrant {
  const { read, write, connect, secrets, inject = [], runtime, image, ...stated } = source.grant ?? {};
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
    runtime: runtime ?? 'runc',
    images: image === undefined ? [] : [image],
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
