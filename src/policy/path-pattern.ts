// Patterns of `read` and `write` rules. Allow rules measure with the kernel's ruler, which the sandboxes use too. Deny and
// ask rules see more: every letter case and unicode form, what lies below a match, and with a leading `**/` also paths
// outside the workspace.

import { minimatch } from 'minimatch';
import { compilePathPattern, hasGlob, type PathPattern } from '../kernel/path-patterns.ts';
import type { PathEffect } from '../kernel/types.ts';
import { type PathRulePattern, type PatternError, patternProblem } from './effect-pattern.ts';

const bracesMax = 3;
const expansionsMax = 64;
/** Relative patterns are measured from a workspace of this name, so that one compiled policy serves every workspace. */
const anyWorkspace = '/w';

/** Reads one pattern text: braces expanded, slashes tidy. Every result starts at the workspace, or at `/`. */
export function readPathPatterns(text: string): readonly string[] | PatternError {
  const problem = patternProblem(text) ?? shapeProblem(text);
  if (problem !== undefined) return { error: problem };
  const expanded = text.includes('{') ? minimatch.braceExpand(text.normalize('NFC')) : [text.normalize('NFC')];
  if (expanded.length > expansionsMax)
    return { error: `the pattern \`${text}\` stands for more than ${expansionsMax}; split it` };
  return expanded.map(tidy);
}

function shapeProblem(text: string): string | undefined {
  const say = (what: string) => `the pattern \`${text}\` ${what}`;
  if (text.startsWith('~')) return say('starts with `~`, which is not expanded; write the whole path');
  if (/\$[A-Za-z_{]/.test(text)) return say('holds a variable, which is not expanded; write the whole path');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return say('is a URL; write the path alone');
  // Rules are compared with paths of this machine, where the workspace has another name.
  if (/^\/workspace(?:\/|$)/.test(text))
    return say('names the workspace as commands see it; write the path from its root, such as `src/**`');
  if (text.includes('\\')) return say('holds a backslash; paths have `/`, and `[*]` is a literal star');
  if ((text.match(/\{/g) ?? []).length > bracesMax)
    return say(`has more than ${bracesMax} braces; write several patterns`);
  if (/\{[^}]*\.\./.test(text)) return say('counts with `{a..b}`; write the alternatives out');
  if (/[?*+@!]\(/.test(text)) return say('has an extended glob; write several patterns');
  const segments = text.split('/');
  if (segments.includes('..')) return say('climbs with `..`; write where it leads');
  if (segments.some((segment) => segment.includes('**') && segment !== '**')) {
    return say('has `**` inside a name; it must stand alone between slashes, as in `src/**/*.ts`');
  }
  return undefined;
}

function tidy(pattern: string): string {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
  const joined = segments.join('/');
  if (pattern.startsWith('/')) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** Compiles one pattern that `readPathPatterns` gave. */
export function compilePathRule(pattern: string): PathRulePattern {
  const narrow = measure(pattern);
  const deep = hasGlob(pattern) && !pattern.endsWith('**') ? `${pattern}/**` : pattern;
  const isEverywhere = pattern.startsWith('**');
  const wide = measure(fold(deep));
  const elsewhere = isEverywhere ? measure(`/${fold(deep)}`) : undefined;
  // Folding changes what `[…]` means, and the workspace itself is only covered by a pattern as it stands.
  const isPlain = (path: string): boolean => path !== '.' && !pattern.includes('[');
  const opens = (effect: PathEffect): boolean => narrow(effect.path, effect.absolute);
  return {
    closes: {
      pattern,
      inside: variants(pattern, deep),
      outside: isEverywhere ? variants(`/${pattern}`, `/${deep}`) : [],
    },
    key: keyOf(pattern),
    allows: opens,
    asks: opens,
    catches: (effect) => {
      const path = fold(effect.path);
      const absolute = fold(effect.absolute);
      if (wide(path, absolute) || (!isPlain(path) && opens(effect))) return true;
      return elsewhere !== undefined && effect.path.startsWith('/') && elsewhere(path, absolute);
    },
  };
}

const variants = (...patterns: readonly string[]): readonly string[] => [
  ...new Set(patterns.flatMap((pattern) => [pattern, pattern.normalize('NFD')])),
];

type Measure = (path: string, absolute: string) => boolean;

function measure(pattern: string): Measure {
  if (pattern.startsWith('/')) {
    const covers: PathPattern = compilePathPattern(pattern, '/');
    return (_path, absolute) => covers(absolute);
  }
  const covers = compilePathPattern(pattern, anyWorkspace);
  return (path) => !path.startsWith('/') && covers(path === '.' ? anyWorkspace : `${anyWorkspace}/${path}`);
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/**
 * Where the pattern is filed, folded: under its first name, with `/` in front for rooted ones, or after a leading
 * double star under the name that has to come somewhere, with `*` in front.
 */
function keyOf(pattern: string): string | undefined {
  const names = pattern.split('/');
  const isRooted = names[0] === '';
  if (isRooted) names.shift();
  const isAnywhere = names[0] === '**';
  const name = names[isAnywhere ? 1 : 0] ?? '';
  if (name === '' || name === '.' || hasGlob(name)) return undefined;
  return (isAnywhere ? '*' : isRooted ? '/' : '') + fold(name);
}

/** The keys under which patterns that may cover this path are filed. */
export function pathKeys(effect: PathEffect): readonly string[] {
  const absolute = fold(effect.absolute).split('/').slice(1);
  const rooted = [`/${absolute[0] ?? ''}`, ...absolute.map((name) => `*${name}`)];
  return effect.path.startsWith('/') ? rooted : [fold(effect.path).split('/', 1)[0] ?? '', ...rooted];
}

/** The pattern that covers exactly this path and what lies below it, also where its name has glob characters. */
export function exactPathEntry(path: string): string {
  if (!hasGlob(path)) return path;
  return `${path.replace(/[\\*?[\]]/g, (character) => (character === '\\' ? '\\\\' : `[${character}]`))}/**`;
}

/** True if everything that the entry `inner` covers is known to be covered by `outer`. Doubt is false. */
export function coversEntry(outer: string, inner: string): boolean {
  if (outer === inner || outer === '/' || outer === '/**') return true;
  if (outer.startsWith('/') !== inner.startsWith('/')) return false;
  const base = outer === '.' || outer === '**' ? '' : outer.endsWith('/**') ? outer.slice(0, -3) : outer;
  if (hasGlob(base)) return false;
  return base === '' || inner === base || inner.startsWith(`${base}/`);
}
