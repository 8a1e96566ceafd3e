// From what was approved to what a rule could name. What was approved often enough is named exactly. Commands that differ in
// one word alone get a star there, behind what that word always begins with, so that it can stand for no option; paths of one
// directory with one extension get one for the name. Never over programs, over code for an interpreter, or outside.

import type { Effect, PathEffect, RunEffect } from '../../kernel/types.ts';
import { hasSubcommands } from '../classify/command/leading-options.ts';
import { readPattern } from '../classify/command/read-pattern.ts';
import { narrowPattern } from '../explain/narrow-pattern.ts';
import { commandOf } from '../explain/suggested-rule.ts';
import { isInterpreter } from '../over-broad.ts';
import type { Approved, AskingRule } from './approved.ts';

/** What one rule would open. */
export interface Proposal {
  readonly patterns: readonly { readonly kind: Effect['kind']; readonly text: string }[];
  readonly asking: readonly AskingRule[];
  readonly approvals: number;
  readonly by: readonly string[];
  readonly first: number;
  readonly last: number;
  /** Commands it covers, as they were approved. */
  readonly matches: readonly string[];
  readonly samples: readonly Approved['sample'][];
}

/** So many different words are seen before one of them is taken for any. */
const distinctMin = 3;
const examplesMax = 3;

/** Proposals for all that was approved at least `approvalsMin` times, those with most approvals first. */
export function proposalsFor(approved: readonly Approved[], approvalsMin: number): readonly Proposal[] {
  const proposals: Proposal[] = [];
  const rest: Approved[] = [];
  for (const one of approved) {
    if (one.approvals >= approvalsMin) proposals.push(proposed([one], one.effects.map(exactly)));
    else if (one.effects.length === 1) rest.push(one);
  }
  for (let left: readonly Approved[] = rest; ; ) {
    const family = families(left)
      .filter(({ members }) => sum(members) >= approvalsMin)
      .sort((a, b) => sum(b.members) - sum(a.members))[0];
    if (family === undefined) break;
    proposals.push(proposed(family.members, [family.pattern]));
    left = left.filter((one) => !family.members.includes(one));
  }
  return proposals.sort((a, b) => b.approvals - a.approvals);
}

type Pattern = Proposal['patterns'][number];

/** Calls that one pattern with a star covers. */
interface Family {
  readonly members: readonly Approved[];
  readonly pattern: Pattern;
}

const sum = (members: readonly Approved[]): number => members.reduce((total, { approvals }) => total + approvals, 0);

function exactly(effect: Effect): Pattern {
  const named = narrowPattern(effect);
  return { kind: effect.kind, text: 'pattern' in named ? named.pattern : '' };
}

function proposed(members: readonly Approved[], patterns: readonly Pattern[]): Proposal {
  const asking = new Map(members.flatMap((one) => one.asking.map((rule) => [JSON.stringify(rule), rule])));
  const commands = members.flatMap(({ effects }) =>
    effects.flatMap((effect) => (effect.kind === 'run' ? [commandOf(effect.argv, effect.assignments)] : [])),
  );
  return {
    patterns,
    asking: [...asking.values()],
    approvals: sum(members),
    by: [...new Set(members.flatMap(({ by }) => by))].sort(),
    first: Math.min(...members.map(({ first }) => first)),
    last: Math.max(...members.map(({ last }) => last)),
    matches: commands.slice(0, patterns.length > 1 ? commands.length : examplesMax),
    samples: members.map(({ sample }) => sample).slice(0, examplesMax),
  };
}

/** Every set of calls that are alike but for one word. */
function families(approved: readonly Approved[]): readonly Family[] {
  const sets = new Map<string, { readonly word: number; readonly members: Approved[] }>();
  const file = (key: string, word: number, one: Approved) => {
    const set = sets.get(key) ?? { word, members: [] };
    sets.set(key, set);
    set.members.push(one);
  };
  for (const one of approved) {
    const [effect] = one.effects;
    if (effect?.kind === 'run') {
      for (const word of changingWords(effect)) {
        const others = effect.argv.map((text, index) => (index === word ? null : text));
        file(JSON.stringify(['run', word, others, effect.assignments]), word, one);
      }
    } else if (effect?.kind === 'read' || effect?.kind === 'write') {
      const key = pathFamily(effect);
      if (key !== undefined) file(key, 0, one);
    }
  }
  return [...sets.values()].flatMap(({ word, members }) => {
    const pattern = members.length < distinctMin ? undefined : patternOf(members, word);
    return pattern === undefined ? [] : [{ members, pattern }];
  });
}

/** The words that may differ: no program, no subcommand, no option, nothing outside, no setting. */
function changingWords({ argv, outside }: RunEffect): readonly number[] {
  const [program = ''] = argv;
  if (isInterpreter(program)) return [];
  const first = hasSubcommands(program) ? 2 : 1;
  return argv.flatMap((word, index) =>
    index < first || /^-|=/.test(word) || outside.includes(word) || word.split('/').includes('..') ? [] : [index],
  );
}

function patternOf(members: readonly Approved[], word: number): Pattern | undefined {
  const [effect] = members[0]?.effects ?? [];
  if (effect?.kind === 'read' || effect?.kind === 'write') {
    const { directory, extension } = partsOf(effect);
    const exact = narrowPattern({ ...effect, path: directory });
    return 'pattern' in exact ? { kind: effect.kind, text: `${exact.pattern}/*${extension}` } : undefined;
  }
  if (effect?.kind !== 'run') return undefined;
  const values = members.flatMap(({ effects }) =>
    effects.flatMap((one) => (one.kind === 'run' ? [one.argv[word] ?? ''] : [])),
  );
  const [start, end] = commonEnds(values);
  if (start === '') return undefined;
  const words = effect.argv.map((text, index) => (index === word ? undefined : exactWord(text)));
  const spelled = (star: string) =>
    [...effect.assignments.map(assigned), ...words.map((text) => text ?? star)].join(' ');
  const plain = spelled(`${exactWord(start)}*${end === '' ? '' : exactWord(end)}`);
  const read = readPattern(plain);
  // A star at the end of a subcommand would stand for further words as well; behind quotes it stands for this one.
  const text = 'error' in read || !read.isOpen ? plain : spelled(`"${start}"*${end === '' ? '' : `"${end}"`}`);
  const checked = readPattern(text);
  return 'error' in checked || checked.isOpen ? undefined : { kind: 'run', text };
}

/** One word or assignment as a pattern has it. */
const exactWord = (word: string): string => {
  const named = narrowPattern({
    kind: 'run',
    argv: [word],
    assignments: [],
    spellings: [],
    outside: [],
    standing: 'own',
  });
  return 'pattern' in named ? named.pattern : '';
};

const assigned = (assignment: string): string => {
  const named = narrowPattern({
    kind: 'run',
    argv: [],
    assignments: [assignment],
    spellings: [],
    outside: [],
    standing: 'own',
  });
  return 'pattern' in named ? named.pattern.trim() : '';
};

/** What all values begin and end with, up to a sign that parts them; a beginning without one has three letters at least. */
function commonEnds(values: readonly string[]): readonly [start: string, end: string] {
  const start = values.reduce(commonStart);
  const parted = /^.*[^A-Za-z0-9]/s.exec(start)?.[0] ?? (start.length >= 3 ? start : '');
  const rests = values.map((value) => value.slice(parted.length));
  const end = reversed(rests.map(reversed).reduce(commonStart));
  return [parted, /[^A-Za-z0-9].*$/s.exec(end)?.[0] ?? ''];
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

const reversed = (text: string): string => [...text].reverse().join('');

function pathFamily(effect: PathEffect): string | undefined {
  const { directory, extension } = partsOf(effect);
  const isPlain = directory !== '' && extension !== '' && !effect.path.startsWith('/');
  return isPlain ? JSON.stringify([effect.kind, directory, extension]) : undefined;
}

function partsOf({ path }: PathEffect): { readonly directory: string; readonly extension: string } {
  const slash = path.lastIndexOf('/');
  const extension = /^[^.].*?(\.[A-Za-z0-9]+)$/.exec(path.slice(slash + 1))?.[1] ?? '';
  return { directory: slash < 0 ? '' : path.slice(0, slash), extension };
}
