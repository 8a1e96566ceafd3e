// Allow patterns whose stars may stand for any program: the table of programs says where another command starts in the
// words of one, so a program that nobody named is put there, and the rule is asked whether it would open that.

import { findProgram } from '../classify/command/programs.ts';
import { readPattern } from '../classify/command/read-pattern.ts';
import { findReader } from '../classify/command/readers.ts';
import type { Finding, Seat } from './finding.ts';
import { effectsOfWords, opensAll } from './probes.ts';

const probe = 'any-program';

/** Where another command may start after the fixed words of an open pattern. */
const tails: readonly (readonly string[])[] = [
  [probe, 'x'],
  ['x', probe, 'x'],
  ['x', '--', probe, 'x'],
  ['--', probe, 'x'],
  ['-c', `${probe} x`],
  ['exec', probe, 'x'],
  ['run', 'x', probe, 'x'],
];

/** Looks at the `run` patterns of one allow rule. */
export async function checkRunsAnything({ source, rule, find }: Seat): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [index, text] of (source.allow?.run ?? []).entries()) {
    if (!text.includes('*')) continue;
    const keys = ['allow', 'run', index];
    const fix = 'write the program that shall run into the pattern, or use `ask`';
    const example = await programRunBy(text, (effects) => opensAll(rule, effects));
    if (example !== undefined) {
      const what = `\`run: ["${text}"]\` opens \`${example}\`, which runs any program, whatever other rules say of it`;
      findings.push(find('runs-anything', 'error', keys, what, fix));
    } else if (looksLikeRunner(text)) {
      const what = `\`run: ["${text}"]\` looks as if it ran any program; nobody described this one, so its words are all that is judged`;
      findings.push(find('runs-anything', 'warning', keys, what, fix));
    }
  }
  return findings;
}

/** A command under the pattern that runs a program nobody named; undefined if none is found. */
async function programRunBy(
  text: string,
  isOpened: (effects: Awaited<ReturnType<typeof effectsOfWords>>) => boolean,
): Promise<string | undefined> {
  for (const argv of wordsUnder(text)) {
    const effects = await effectsOfWords(argv);
    const runsIt = effects.some(
      (effect) => effect.kind === 'run' && [effect.argv, ...effect.spellings].some(([program]) => program === probe),
    );
    if (runsIt && isOpened(effects)) return argv.join(' ');
  }
  return undefined;
}

/** True if a program that is not in the table has a subcommand that says what it does, with a star behind it. */
function looksLikeRunner(text: string): boolean {
  const read = readPattern(text);
  if ('error' in read || !read.isOpen) return false;
  const [program, ...rest] = read.words;
  if (program === undefined || findProgram(program.text) !== undefined || findReader(program.text) !== undefined)
    return false;
  const at = rest.findIndex(({ text: word }) => /^(?:exec|exec-env|ssh|dlx)$/.test(word));
  return at >= 0 && at >= rest.length - 2;
}

function wordsUnder(text: string): readonly (readonly string[])[] {
  const read = readPattern(text);
  if ('error' in read) return [];
  const fixed = read.words.map(({ text: word, hasStar }) => {
    if (!hasStar) return word;
    return /^\*+$/.test(word) ? probe : word.replaceAll('*', 'x');
  });
  return read.isOpen ? [fixed, ...tails.map((tail) => [...fixed, ...tail])] : [fixed];
}
