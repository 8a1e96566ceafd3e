// One command line, judged and run: what happened that was not named, and whether the text of the model would have done
// the same as the form that is printed from it.

import type { Effect } from '../../src/kernel/types.ts';
import type { CommandPlace } from '../../src/policy/classify/command/classify-command.ts';
import { classifyCommand } from '../../src/policy/classify/command/classify-command.ts';
import { type Evidence, gatherEvidence, type Started } from './evidence.ts';
import { findUnmentioned, findUnnamed } from './unnamed.ts';
import type { Watched, WatchedContainer } from './watched-container.ts';
import { links } from './workspace.ts';

/** How a line came out. `unclear` is refused before anything runs; `opaque` has a part that no ordinary rule opens. */
export interface Compared {
  readonly kind: 'unclear' | 'opaque' | 'understood';
  readonly printed: string;
  /** Programs that ran. */
  readonly startedCount: number;
  readonly differences: readonly string[];
}

const realLinks = new Map(Object.entries(links).map(([link, target]) => [`/workspace/${link}`, target]));

/** Judges a line, runs it in both forms, and compares. */
export async function compare(line: string, place: CommandPlace, container: WatchedContainer): Promise<Compared> {
  const reading = await classifyCommand({ command: line }, place);
  if (reading.kind === 'unclear' || !('command' in reading.args)) {
    return { kind: 'unclear', printed: '', startedCount: 0, differences: [] };
  }
  const printed = reading.args.command;
  const ran = await container.run(printed);
  const evidence = gatherEvidence(ran.events, realLinks);
  const original = await container.run(line);
  const isOpaque = reading.effects.some(({ kind }) => kind === 'opaque');
  return {
    kind: isOpaque ? 'opaque' : 'understood',
    printed,
    startedCount: evidence.started.length,
    differences: [
      ...(isOpaque
        ? findUnmentioned(evidence, reading.effects)
        : findUnnamed(evidence, reading.effects, place.workspace)),
      ...(seesItsOwnFiles(line, reading.effects) ? [] : notTheSame(ran, original)),
    ],
  };
}

/** Wildcards are expanded before anything runs, so of what the line writes itself only bash knows. */
const seesItsOwnFiles = (line: string, effects: readonly Effect[]): boolean =>
  /[*?[]/.test(line) && effects.some(({ kind }) => kind === 'write');

/** What the printed form does otherwise than the text that it was printed from. */
export function notTheSame(ran: Watched, original: Watched): string[] {
  const [left, right] = [
    summary(gatherEvidence(ran.events, realLinks)),
    summary(gatherEvidence(original.events, realLinks)),
  ];
  const differences = [
    ...right.filter((did) => !left.includes(did)).map((did) => `only the text itself: ${did}`),
    ...left.filter((did) => !right.includes(did)).map((did) => `only the printed form: ${did}`),
  ];
  if (lines(ran.output) !== lines(original.output)) {
    differences.push(`printed form says ${JSON.stringify(ran.output)}, the text ${JSON.stringify(original.output)}`);
  }
  if (ran.status !== original.status)
    differences.push(`printed form ends with ${ran.status}, the text with ${original.status}`);
  return differences;
}

// `./x` in one form may be `/workspace/x` in the other; names that programs make up are never the same twice.
function summary({ started, touched }: Evidence): string[] {
  const did = [
    ...started.filter(isComparable).map(({ argv }) => `ran ${JSON.stringify(alike(argv))}`),
    ...touched
      .filter(({ kind }) => kind === 'write')
      .map(({ path }) => `wrote ${path.replace(/(?:sed|tac|tmp\.|sh-thd\.)\w{6,10}$/, '')}`),
  ];
  return [...new Set(did)];
}

/** `/bin/echo` becomes the builtin of the shell, and no `cat` is needed for `$(cat <<E …)`. */
const isComparable = ({ argv }: Started): boolean =>
  !/^(?:echo|printf|test|\[|pwd|true|false|kill)$/.test(argv[0] ?? '') && !(argv[0] === 'cat' && argv.length === 1);

/** The words without what the printed form spells otherwise: where a program is, and the text for another shell. */
const alike = (argv: readonly string[]): string[] =>
  argv.map((word, index) => {
    if (/c$/.test(argv[index - 1] ?? '') && argv.some((name) => /^(?:ba|da)?sh$/.test(name))) return '…';
    return index === 0 ? word.replace(/^.*\//, '') : word.replace(/^(?:\/usr)?\/bin\//, '');
  });

/** Parts that run at the same time print in any order. */
const lines = (text: string): string => text.split('\n').sort().join('\n');
