// `awk`: its program may run others and name files. It is understood when none of the words and signs that do so occur
// outside of strings and patterns; where a slash could open a pattern or divide, the stricter reading counts.

import type { Analysis } from '../analysis.ts';
import { describe } from '../describe.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { readOptions } from '../options.ts';

const options = {
  flags:
    '--posix -P --re-interval -r --sandbox -S --version --help --csv -k --traditional -c --non-decimal-data -n --bignum -M --characters-as-bytes -b',
  text: '-F --field-separator -v --assign',
  code: '-f --file -e --source -E --exec -i --include -l --load -W -D --debug -o --pretty-print -p --profile -d --dump-variables',
  is: 'strict stops',
};
const program = describe({ ...options, operands: 'text any' });

/** Reads the words of `awk`. */
export async function readAwk(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  await judgeDescribed(invocation, program, findings, analysis);
  const text = readOptions(invocation.fields, program).find(({ option }) => option === '')?.value;
  if (text?.kind === 'known' && !isHarmlessProgram(text.text)) {
    analysis.addOpaque(textOf(text), 'this `awk` program may run programs, name files, or is not understood');
  }
}

const dangerousWords = /system[\s\\]*\(|getline|@|\bARGV\b|\bARGC\b|\bFUNCTAB\b|\bSYMTAB\b|\bPROCINFO\b|\bENVIRON\b/;

/** True if the program only looks at its input and prints. */
export function isHarmlessProgram(text: string): boolean {
  if (dangerousWords.test(text)) return false;
  const bare = withoutStrings(text);
  if (bare === undefined) return !/[|>]/.test(text.replace(/\|\|/g, ''));
  const code = bare.replace(/\|\|/g, ' ');
  if (code.includes('|')) return false;
  // After `print` a `>` names a file; in a condition it compares.
  return code.split(/[;{}]/).every((part) => {
    const print = part.search(/\bprintf?\b/);
    return print < 0 || !part.includes('>', print);
  });
}

const beforePattern = /(?:^|[{(,~!&|;\n}])\s*$|\b(?:print|printf|return|in|case|else|do)\s*$/;
const beforeDivision = /(?:[A-Za-z0-9_\]]|\$\w+)\s*$/;

/** The program with strings and patterns taken out, or nothing if it is not certain where those are. */
function withoutStrings(text: string): string | undefined {
  let bare = '';
  let before = '';
  const keep = (piece: string): void => {
    bare += piece;
    before = (before + piece).slice(-64);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '#' || character === '\\' || character === '\r') return undefined;
    if (character !== '"' && character !== '/') {
      keep(character);
      continue;
    }
    if (character === '/' && !beforePattern.test(before)) {
      if (!beforeDivision.test(before)) return undefined;
      keep(' / ');
      continue;
    }
    const end = closing(text, at + 1, character);
    if (end === undefined) return undefined;
    keep(character === '"' ? ' 0 ' : ' 1 ');
    at = end;
  }
  return bare;
}

function closing(text: string, start: number, delimiter: string): number | undefined {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '\n') return undefined;
    else if (text[at] === '[' && delimiter === '/') {
      // A slash in brackets ends the pattern for some readers and not for others.
      const close = text.indexOf(']', at + 2);
      if (close < 0 || text.slice(at, close).includes('/') || text.slice(at, close).includes('\\')) return undefined;
    } else if (text[at] === delimiter) return at;
  }
  return undefined;
}
