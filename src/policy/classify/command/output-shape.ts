// Commands whose output has a known shape whatever the workspace holds: a number, a hash, a date. The shape is a promise
// that others rely on (`shape.ts`), so a command is here only if no file, setting or name can make it print anything else.

import { numberSample, plainSample } from './shape.ts';

/** A sample of what a command with these words prints; undefined if that could be anything. */
export function outputSample(words: readonly string[]): string | undefined {
  const [name = '', ...rest] = words;
  const line = rest.join(' ');
  switch (name) {
    case 'nproc':
      return /^(?:--all)?$/.test(line) ? numberSample : undefined;
    case 'wc':
      return /^(?:-[lwcm]|--lines|--words|--bytes|--chars)$/.test(line) ? numberSample : undefined;
    case 'id':
      return /^-[ug]$/.test(line) ? numberSample : /^-[ug]n$|^-n[ug]$/.test(line) ? plainSample : undefined;
    case 'whoami':
    case 'arch':
    case 'hostname':
      return line === '' ? plainSample : undefined;
    case 'uname':
      return /^(?:-[smrn])?$/.test(line) ? plainSample : undefined;
    case 'stat':
      return isFileNumber(rest) ? numberSample : undefined;
    case 'grep':
      return isCount(rest) ? numberSample : undefined;
    case 'date':
      return dateSample(rest);
    case 'git':
      return gitSample(rest);
    default:
      return undefined;
  }
}

/** `stat -c %s file`. */
const isFileNumber = (words: readonly string[]): boolean =>
  words.length === 3 && /^(?:-c|--format)$/.test(words[0] ?? '') && /^%[sYXZaugbhi]$/.test(words[1] ?? '');

/** `grep -c pattern file`: with several files it prints their names too. */
function isCount(words: readonly string[]): boolean {
  const options = words.filter((word) => word.startsWith('-'));
  return (
    options.length > 0 &&
    /^-[ivwxEF]*c[ivwxEF]*$/.test(options.join('').replaceAll(/(?!^)-/g, '')) &&
    words.length - options.length <= 2
  );
}

const numericDate = /^\+(?:%[FTYmdHMSjsuVGgNC]|[A-Za-z0-9_.:-]|%[zZ](?!$)|%[zZ]$)*$/;
const someTimeAgo =
  /^(?:now|today|yesterday|tomorrow|[0-9]{1,2} (?:second|minute|hour|day|week|month)s? ago|[-+]?[0-9]{1,2} (?:second|minute|hour|day|week|month)s?)$/;

function dateSample(words: readonly string[]): string | undefined {
  const rest = words.filter((word) => !/^(?:-u|--utc|--universal)$/.test(word));
  const at = rest.findIndex((word) => word === '-d' || word === '--date');
  if (at >= 0) {
    if (!someTimeAgo.test(rest[at + 1] ?? '')) return undefined;
    rest.splice(at, 2);
  }
  const [format = '', ...more] = rest;
  if (more.length > 0) return undefined;
  if (/^\+%[sYN]$/.test(format)) return numberSample;
  if (/^(?:-I(?:date|hours|minutes|seconds|ns)?|--iso-8601(?:=[a-z]+)?)$/.test(format)) return plainSample;
  return numericDate.test(format) && /^\+(?:%[FTYmdHMSjsuVGgNC]|[A-Za-z0-9])/.test(format) ? plainSample : undefined;
}

const revision = /^(?!.*\.\.)[A-Za-z0-9@][A-Za-z0-9_./~^@{}-]*$/;
// Where `rev-parse` does not know a revision it prints the word itself.
const sureRevision = /^(?:(?:HEAD|@)(?:[~^][0-9]*)*|(?:main|master|develop|trunk)|[a-z]+\/[A-Za-z0-9_./-]+)$/;

function gitSample([command, ...words]: readonly string[]): string | undefined {
  const options = words.filter((word) => word.startsWith('-'));
  const operands = words.filter((word) => !word.startsWith('-'));
  const [first = ''] = operands;
  if (command === 'rev-parse' && operands.length === 1 && revision.test(first)) {
    const isVerified = options.some((option) => /^--(?:verify|short(?:=\d+)?)$/.test(option));
    const areKnown = options.every((option) => /^(?:--verify|--short(?:=\d+)?|-q|--quiet)$/.test(option));
    return areKnown && (isVerified || sureRevision.test(first)) && !/\.\./.test(first) ? plainSample : undefined;
  }
  if (command === 'merge-base' && options.length === 0 && operands.length === 2)
    return operands.every((word) => revision.test(word)) ? plainSample : undefined;
  if (
    command === 'rev-list' &&
    operands.every((word) => revision.test(word) || /^\d+$/.test(word) || /^[\w/.-]+\.\.[\w/.-]+$/.test(word))
  ) {
    if (options.join(' ') === '--count') return numberSample;
    return /^(?:-n 1 \S+|-1 \S+|--max-count=1 \S+|-n1 \S+)$/.test(words.join(' ')) ? plainSample : undefined;
  }
  return undefined;
}
