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
  const closes = closedBy(pattern);
  const wide = [...new Set(closes.map(fold))].map(measure);
  return {
    closes,
    key: firstName(pattern),
    allows: (effect) => narrow(effect.path, effect.absolute),
    asks: (effect) => narrow(effect.path, effect.absolute),
    catches: (effect) => {
      if (narrow(effect.path, effect.absolute)) return true;
      const path = fold(effect.path);
      const absolute = fold(effect.absolute);
      return wide.some((covers) => covers(path, absolute));
    },
  };
}

type Measure = (path: string, absolute: string) => boolean;

function measure(pattern: string): Measure {
  if (pattern.startsWith('/')) {
    const covers: PathPattern = compilePathPattern(pattern, '/');
    return (_path, absolute) => covers(absolute);
  }
  const covers = compilePathPattern(pattern, anyWorkspace);
  return (path) => !path.startsWith('/') && covers(path === '.' ? anyWorkspace : `${anyWorkspace}/${path}`);
}

/** The pattern itself, everything below its matches, and where it starts with `**` also the same outside the workspace. */
function closedBy(pattern: string): readonly string[] {
  const deep = hasGlob(pattern) && !pattern.endsWith('**') ? [pattern, `${pattern}/**`] : [pattern];
  const everywhere = pattern.startsWith('**') ? [...deep, ...deep.map((one) => `/${one}`)] : deep;
  return [...new Set(everywhere.flatMap((one) => [one, one.normalize('NFD')]))];
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** First name of the pattern if it is literal, folded, with `/` in front for rooted ones. */
function firstName(pattern: string): string | undefined {
  const isRooted = pattern.startsWith('/');
  const first = (isRooted ? pattern.slice(1) : pattern).split('/', 1)[0] ?? '';
  if (first === '' || first === '.' || hasGlob(first)) return undefined;
  return (isRooted ? '/' : '') + fold(first);
}

/** The keys under which patterns that may cover this path are filed. */
export function pathKeys(effect: PathEffect): readonly string[] {
  const rooted = `/${fold(effect.absolute).slice(1).split('/', 1)[0] ?? ''}`;
  if (effect.path.startsWith('/')) return [rooted];
  return [fold(effect.path).split('/', 1)[0] ?? '', rooted];
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
