// `sed`: its script is read command by command. Those that run programs or name files (`e`, `w`, `r`, and the `e` and `w`
// flags of `s`) are refused by not being known.

import type { Analysis } from '../analysis.ts';
import { describe } from '../describe.ts';
import { known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { judgePath } from '../judge-path.ts';
import { readOptions } from '../options.ts';

const options = {
  flags:
    '-n --quiet --silent -E -r --regexp-extended -s --separate -u --unbuffered -z --null-data --posix --debug --sandbox --help --version --follow-symlinks -b --binary',
  text: '-e --expression -l --line-length',
  code: '-f --file',
  is: 'strict',
};
const withScript = describe({ ...options, operands: 'text read' });
const withFiles = describe({ ...options, operands: 'read' });
const inPlace = /^(?:-[nErsuz]*i|--in-p|--i$|--in$|--in-$)/;

/** Reads the words of `sed`. */
export async function readSed(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const end = fields.findIndex((field) => textOf(field) === '--');
  const isOption = (index: number): boolean => end < 0 || index < end;
  const inPlaceAt = fields.flatMap((field, index) => (inPlace.test(textOf(field)) && isOption(index) ? [index] : []));
  // Read without the option, whose suffix is glued to it.
  const plain = fields.map((field, index) =>
    inPlaceAt.includes(index)
      ? known(
          textOf(field)
            .replace(/^-([nErsuz]*)i.*$/s, '-s$1')
            .replace(/^--i.*$/s, '-s'),
        )
      : field,
  );
  const hasOption = readOptions(plain, withFiles).some(({ option }) => /^(?:-e|--expression|-f|--file)$/.test(option));
  const program = hasOption ? withFiles : withScript;
  const words = readOptions(plain, program);
  await judgeDescribed({ ...invocation, fields: plain }, program, findings, analysis);
  const suffixes = inPlaceAt
    .map((index) => /^(?:-[nErsuz]*i|--i[a-z-]*=)(.+)$/s.exec(textOf(fields[index]))?.[1] ?? '')
    .filter((suffix) => suffix !== '');
  for (const { use, value, option } of words) {
    const isScript = option === '-e' || option === '--expression' || (option === '' && use === 'text');
    if (isScript && value?.kind === 'known' && !isHarmlessScript(value.text)) {
      analysis.addOpaque(value.text, 'this `sed` script may run programs, name files, or is not understood');
    }
    if (use === 'read' && option === '' && value !== undefined && inPlaceAt.length > 0) {
      await judgePath(value, 'write', 'own', state, analysis);
      for (const suffix of suffixes) await judgePath(known(textOf(value) + suffix), 'write', 'own', state, analysis);
    }
  }
  for (const index of inPlaceAt) {
    if (/[/*]/.test(textOf(fields[index])))
      analysis.addOpaque(textOf(fields[index]), 'the suffix of `sed -i` names other files');
  }
}

/** True if all commands of the script only look at and change the text that passes through. */
export function isHarmlessScript(script: string): boolean {
  let at = 0;
  while (at < script.length) {
    at += /^[\s;{}!]*/.exec(script.slice(at, at + 200))?.[0].length ?? 0;
    if (at >= script.length) return true;
    if (/[\s;{}!]/.test(script[at] ?? '')) continue;
    const next = readCommand(script, at);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

/** Where the command at this place ends, if it is harmless. */
function readCommand(script: string, start: number): number | undefined {
  const at = skipAddresses(script, start);
  if (at === undefined) return undefined;
  const command = script[at] ?? '';
  if ('{}!;'.includes(command)) return at + 1;
  if ('pPdDnNgGhHxl='.includes(command) && command !== '') return endOfCommand(script, at + 1);
  // The text of these goes to the end of the line, and here to the end of the script.
  if ('aic'.includes(command) && command !== '') return script.includes('\n', at) ? undefined : script.length;
  if (':btT'.includes(command) && command !== '') {
    return endOfCommand(script, at + 1 + (/^ *[A-Za-z0-9_]*/.exec(script.slice(at + 1, at + 65))?.[0].length ?? 0));
  }
  if (command === 'q' || command === 'Q') return endOfCommand(script, at + 1, /[0-9 ]/);
  if (command === 's') return readSubstitution(script, at + 1);
  if (command === 'y') return skipTwice(script, at + 1, (end) => endOfCommand(script, end));
  return undefined;
}

function skipAddresses(script: string, start: number): number | undefined {
  let at = start;
  for (let count = 0; count < 2; count++) {
    const simple = /^(?:\d+(?:~\d+)?|\$|[+~]\d+)/.exec(script.slice(at, at + 40))?.[0].length ?? 0;
    if (simple > 0) at += simple;
    else if (script[at] === '/') {
      const end = skipDelimited(script, at + 1, '/');
      if (end === undefined) return undefined;
      at = end;
      while (script[at] === 'I' || script[at] === 'M') at += 1;
    } else break;
    while (script[at] === ' ') at += 1;
    if (script[at] !== ',') break;
    at += 1;
    while (script[at] === ' ') at += 1;
  }
  while (script[at] === ' ' || script[at] === '!') at += 1;
  return at;
}

function readSubstitution(script: string, start: number): number | undefined {
  return skipTwice(script, start, (end) => endOfCommand(script, end, /[0-9gpiIM]/));
}

function skipTwice(script: string, start: number, then: (end: number) => number | undefined): number | undefined {
  const delimiter = script[start] ?? '';
  if (!/^[!-/:-@^_|~A-Za-z0-9]$/.test(delimiter)) return undefined;
  const middle = skipDelimited(script, start + 1, delimiter);
  const end = middle === undefined ? undefined : skipDelimited(script, middle, delimiter);
  return end === undefined ? undefined : then(end);
}

/**
 * Where the text up to the delimiter ends. Readers differ about delimiters in brackets and about line breaks, so neither
 * is understood.
 */
function skipDelimited(script: string, start: number, delimiter: string): number | undefined {
  for (let at = start; at < script.length; at++) {
    const character = script[at];
    if (character === '\\') at += 1;
    else if (character === '\n') return undefined;
    else if (character === '[' && delimiter !== '[') {
      const close = script.indexOf(']', at + (script[at + 1] === '^' ? 3 : 2));
      const inside = close < 0 ? '' : script.slice(at, close);
      if (close < 0 || inside.includes('\n')) continue;
      if (inside.includes(delimiter) || inside.includes('\\') || inside.includes('[', 1)) {
        // Class names such as `[:space:]` are common; their closing bracket comes one later.
        if (!/^\[\^?(?:\[:[a-z]+:|[^[\\\]])*$/.test(inside) || inside.includes(delimiter)) return undefined;
      }
    } else if (character === delimiter) return at + 1;
  }
  return undefined;
}

function endOfCommand(script: string, start: number, more = /[ ]/): number | undefined {
  let at = start;
  while (at < script.length && more.test(script[at] ?? '')) at += 1;
  while (script[at] === ' ') at += 1;
  if (at >= script.length) return at;
  return /[;\n}]/.test(script[at] ?? '') ? at : undefined;
}
