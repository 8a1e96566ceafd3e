// A rule that would open effects and nothing else, as text for a policy file.

import type { Action, Effect } from '../../kernel/types.ts';
import { quoteWord } from '../classify/command/quote.ts';
import type { RuleSource } from '../policy-schema.ts';
import { narrowPattern } from './narrow-pattern.ts';

/** A rule, and effects for which there can be none. */
export interface SuggestedRule {
  /** Undefined if no effect can be named. */
  readonly source: RuleSource | undefined;
  /** Why the other effects cannot be named. */
  readonly unnamed: readonly string[];
}

/** The narrowest rule for these effects, with an id that `taken` does not have. Without examples. */
export function suggestRule(effects: readonly Effect[], taken: readonly string[]): SuggestedRule {
  const opened: Partial<Record<Effect['kind'], string[]>> = {};
  const unnamed: string[] = [];
  for (const effect of effects) {
    const named = narrowPattern(effect);
    if ('because' in named) unnamed.push(named.because);
    else {
      opened[effect.kind] ??= [];
      if (opened[effect.kind]?.includes(named.pattern) !== true) opened[effect.kind]?.push(named.pattern);
    }
  }
  const first = Object.values(opened)[0]?.[0];
  if (first === undefined) return { source: undefined, unnamed };
  const source: RuleSource = { id: freeId(first, taken), allow: opened, because: 'say here why this may be done' };
  return { source, unnamed };
}

/** What the rule covers, and the nearest that it does not, from the most telling examples to none at all. */
export function exampleSets(
  effects: readonly Effect[],
  { args }: Pick<Action, 'args'>,
): readonly Pick<RuleSource, 'matches' | 'doesNotMatch'>[] {
  const runs = effects.flatMap((effect) => (effect.kind === 'run' ? [commandOf(effect.argv, effect.assignments)] : []));
  const whole = typeof args.command === 'string' ? [args.command] : runs;
  const others = effects.flatMap(exampleOf);
  const sets = runs.length > 0 ? [runs, whole] : [others.map(([example]) => example)];
  const beyond =
    runs.length > 0 ? runs.flatMap((text) => [`${text} x`, `${text}; id`]) : others.map(([, near]) => near);
  const short = sets.filter((matches) => matches.every((text) => text.length <= 1_000));
  return [...short.map((matches) => ({ matches, doesNotMatch: beyond })), ...short.map((matches) => ({ matches })), {}];
}

/** The words of a command as a shell reads them. */
export function commandOf(argv: readonly string[], assignments: readonly string[]): string {
  const word = (text: string) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : quoteWord(text));
  const set = assignments.map((text) => {
    const equals = text.indexOf('=');
    return `${text.slice(0, equals)}=${quoteWord(text.slice(equals + 1))}`;
  });
  return [
    ...set,
    ...argv.map((text, index) => (index === 0 && text.includes('=') ? quoteWord(text) : word(text))),
  ].join(' ');
}

/** An example of an effect that is no command, and one that lies beside it. */
function exampleOf(effect: Effect): readonly (readonly [example: string, near: string])[] {
  switch (effect.kind) {
    case 'read':
    case 'write':
      return [[effect.path, effect.path === '.' ? 'src' : `${effect.path}.other`]];
    case 'connect':
      return effect.url === ''
        ? [[`${effect.host}:${effect.port}`, `other.${effect.host}:${effect.port}`]]
        : [[`${effect.method} ${effect.url}`, `${effect.method} ${effect.url}/other`]];
    case 'secret':
    case 'tool':
      return [[effect.name, `${effect.name}-other`]];
    case 'send':
      return [[`${effect.channel} ${effect.target}`, `${effect.channel} ${effect.target}-other`]];
    case 'run':
    case 'opaque':
      return [];
  }
}

function freeId(text: string, taken: readonly string[]): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50)
    .replace(/-$/, '');
  const id = `allow-${plain === '' ? 'this' : plain}`;
  const numbered = [id, ...Array.from({ length: taken.length }, (_, index) => `${id}-${index + 2}`)];
  return numbered.find((one) => !taken.includes(one)) ?? id;
}

/** The rule as it stands in a policy file. JSON strings are YAML strings. */
export function ruleText({ id, allow = {}, because, matches, doesNotMatch }: RuleSource): string {
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
  const kinds = Object.entries(allow).flatMap(([kind, texts]) =>
    texts === undefined ? [] : [`${kind}: ${list(texts)}`],
  );
  return [
    `  - id: ${id}`,
    `    allow: { ${kinds.join(', ')} }`,
    `    because: ${because}`,
    ...(matches === undefined ? [] : [`    matches: ${list(matches)}`]),
    ...(doesNotMatch === undefined ? [] : [`    doesNotMatch: ${list(doesNotMatch)}`]),
  ].join('\n');
}
