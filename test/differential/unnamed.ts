// What really happened and was not named: the question of the differential test, put from outside. Whatever a described
// program did must be in the effects; of a program that is not described, that it ran with these words.

import { posix } from 'node:path';
import type { Effect, RunEffect } from '../../src/kernel/types.ts';
import type { Evidence, Started, Touched } from './evidence.ts';

/** Programs that start others for their own work, which no word of the line decides: by the last of those before them. */
const helpers: ReadonlyMap<string, readonly string[]> = new Map([
  ['zcat', ['gzip']],
  ['egrep', ['grep']],
  ['fgrep', ['grep']],
  ['tar', ['sh -c gzip', 'sh -c xz', 'sh -c bzip2', 'gzip', 'xz', 'bzip2']],
  ['tar sh', ['gzip', 'xz', 'bzip2']],
]);

/** Programs of which only the words are known. */
const undescribed = new Set(['probe']);

/** Programs that add names to the words of the command they start. */
const fills = new Set(['find', 'xargs']);

/** Everything in the evidence that no effect names, each as a sentence. `workspace` is its host path. */
export function findUnnamed(evidence: Evidence, effects: readonly Effect[], workspace: string): string[] {
  const runs = effects.filter((effect) => effect.kind === 'run');
  const named = effects.flatMap((effect) => {
    if (effect.kind !== 'read' && effect.kind !== 'write') return [];
    return [{ kind: effect.kind, path: inSandbox(effect.absolute, workspace) }];
  });
  const ran = evidence.started
    .filter((started) => !isNamedRun(started, runs))
    .map(({ argv, by }) => `ran ${JSON.stringify(argv)} (started by ${by.at(-1)})`);
  const did = evidence.touched
    .filter((touched) => !isNamedPath(touched, named) && !isOwnWork(touched, named))
    .map(({ kind, path, by }) => `${kind} ${path} (by ${by.at(-1)})`);
  return [...new Set([...ran, ...did])];
}

/**
 * Programs that no effect even mentions, of a command with a part that is not known before it runs. Where that part is the
 * program itself, nobody could.
 */
export function findUnmentioned({ started }: Evidence, effects: readonly Effect[]): string[] {
  const texts = effects.flatMap((effect) => {
    if (effect.kind === 'run') return [effect.argv.join(' ')];
    return effect.kind === 'opaque' ? [effect.text] : [];
  });
  if (effects.some((effect) => effect.kind === 'opaque' && /^"?\$/.test(effect.text))) return [];
  const isMentioned = (name: string): boolean => texts.some((text) => text.includes(posix.basename(name)));
  return started
    .filter(({ argv, by }) => !isMentioned(argv[0] ?? '') && !isHelper(argv, by))
    .map(({ argv, by }) => `ran ${JSON.stringify(argv)} (started by ${by.at(-1)})`);
}

const inSandbox = (path: string, workspace: string): string =>
  path === workspace || path.startsWith(`${workspace}/`) ? `/workspace${path.slice(workspace.length)}` : path;

function isNamedRun({ argv, by }: Started, runs: readonly RunEffect[]): boolean {
  if (isHelper(argv, by)) return true;
  const mayFill = fills.has(by.at(-1) ?? '');
  return runs.some((run) => isSame(run.argv, argv) || (mayFill && isFilled(run.argv, argv)));
}

function isHelper(argv: readonly string[], by: readonly string[]): boolean {
  const help = [...(helpers.get(by.at(-1) ?? '') ?? []), ...(helpers.get(by.slice(-2).join(' ')) ?? [])];
  return help.some((command) => argv.join(' ') === command || (!command.includes(' ') && argv[0] === command));
}

const isSame = (named: readonly string[], argv: readonly string[]): boolean =>
  named.length === argv.length && named.every((word, index) => word === argv[index] || isFrom(word, argv[index] ?? ''));

/**
 * A word that only the running shell knows is named as it is printed: what is known of it in single quotes, the rest in
 * double ones. `<(…)` becomes the name of a pipe, and can be nothing else.
 */
function isFrom(word: string, real: string): boolean {
  if (/^[<>]\(.*\)$/s.test(word)) return /^\/dev\/fd\/\d+$/.test(real);
  const parts = [...word.matchAll(/'((?:[^']|'\\'')*)'|"\$(?:[^"\\]|\\.)*"|(.)/gs)];
  if (parts.some((part) => part[2] !== undefined) || parts.every((part) => part[0].startsWith("'"))) return false;
  const texts = parts.map((part) => (part[1] === undefined ? '.*' : RegExp.escape(part[1].replaceAll("'\\''", "'"))));
  return new RegExp(`^${texts.join('')}$`, 's').test(real);
}

/** True if `argv` is the command with names for its `{}`, or with more names at its end. */
function isFilled(command: readonly string[], argv: readonly string[]): boolean {
  const holder = command.findIndex((word) => word.includes('{}'));
  const until = holder < 0 ? command.length : holder;
  return argv.length >= until && isSame(command.slice(0, until), argv.slice(0, until));
}

interface Named {
  readonly kind: 'read' | 'write';
  readonly path: string;
}

const isAtOrBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);

/** Who writes a directory lists it as well, and what a call has put into the private directory it may show. */
function isNamedPath({ kind, path }: Touched, named: readonly Named[]): boolean {
  return named.some((effect) => {
    if (!isAtOrBelow(path, effect.path)) return false;
    return kind === 'list' || kind === effect.kind || (kind === 'read' && isAtOrBelow(path, '/tmp'));
  });
}

/** What a program does for itself beside what it was told, and undoes, or what its work cannot do without. */
function isOwnWork({ kind, path, by }: Touched, named: readonly Named[]): boolean {
  const directory = posix.dirname(path);
  const isBesideNamed = named.some((effect) => posix.dirname(effect.path) === directory || effect.path === directory);
  switch (by.at(-1)) {
    case 'bash':
    case 'sh':
      return /^\/tmp\/sh-thd\.\w{6}$/.test(path);
    case 'sed':
      return isBesideNamed && /^sed\w{6}$/.test(posix.basename(path));
    case 'tac':
      return /^\/tmp\/tac\w{6}$/.test(path);
    case 'shred':
      return isBesideNamed && /^0+$/.test(posix.basename(path));
    case 'mkdir':
    case 'install':
      // The directories on the way are there, or are made.
      return kind === 'write' && named.some((effect) => effect.kind === 'write' && isAtOrBelow(effect.path, path));
    default:
      return undescribed.has(by.at(-1) ?? '');
  }
}
