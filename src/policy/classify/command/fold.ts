// Substitutions whose output is known before they run, such as `$(basename src/a.ts .ts)`: the text itself is judged and
// printed, so that nothing of it needs to run.

import { join } from 'node:path';
import type { Analysis } from './analysis.ts';
import type { ShellState } from './shell-state.ts';
import { sandboxWorkspace } from './shell-state.ts';

const numbersMax = 100;

/** What a command with these words prints, without its last line break; undefined if that is not known. */
export async function foldOutput(
  words: readonly string[],
  state: ShellState,
  analysis: Analysis,
): Promise<string | undefined> {
  const [name, ...operands] = words;
  if (operands.some((word) => word.includes('\n'))) return undefined;
  const [first = '', second] = operands;
  switch (name) {
    case 'pwd':
      return operands.length === 0 && state.directories.length === 1 ? state.directories[0] : undefined;
    case 'basename':
      return operands.length <= 2 && isPlainPath(first) ? baseName(first, second ?? '') : undefined;
    case 'dirname':
      return operands.length === 1 && isPlainPath(first) ? directoryName(first) : undefined;
    case 'echo':
      return operands.some((word) => /^-|\\/.test(word)) ? undefined : operands.join(' ').replace(/\n+$/, '');
    case 'seq':
      return countUp(operands);
    case 'git':
      return words.join(' ') === 'git rev-parse --show-toplevel' ? topLevel(state, analysis) : undefined;
    default:
      return undefined;
  }
}

const isPlainPath = (path: string): boolean => path !== '' && !/^-|\/$|\/\//.test(path);

function baseName(path: string, suffix: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
}

function directoryName(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

function countUp(operands: readonly string[]): string | undefined {
  if (operands.length === 0 || operands.length > 3 || !operands.every((word) => /^(?:0|-?[1-9]\d{0,5})$/.test(word)))
    return undefined;
  const numbers = operands.map(Number);
  const [from, step, to] = [
    numbers.length === 1 ? 1 : (numbers[0] ?? 0),
    numbers.length === 3 ? (numbers[1] ?? 0) : 1,
    numbers[numbers.length - 1] ?? 0,
  ];
  const length = step === 0 ? Infinity : Math.max(0, Math.floor((to - from) / step) + 1);
  if (length > numbersMax) return undefined;
  return Array.from({ length }, (_, index) => String(from + step * index)).join('\n');
}

/** The nearest directory of the workspace upwards that holds `.git`. */
async function topLevel(state: ShellState, analysis: Analysis): Promise<string | undefined> {
  const [directory = '', ...others] = state.directories;
  if (others.length > 0 || !`${directory}/`.startsWith(`${sandboxWorkspace}/`)) return undefined;
  const segments = directory
    .slice(sandboxWorkspace.length + 1)
    .split('/')
    .filter(Boolean);
  for (let depth = segments.length; depth >= 0; depth--) {
    const below = segments.slice(0, depth).join('/');
    if ((await analysis.list(join(analysis.place.workspace, below))).includes('.git')) {
      return below === '' ? sandboxWorkspace : `${sandboxWorkspace}/${below}`;
    }
  }
  return undefined;
}
