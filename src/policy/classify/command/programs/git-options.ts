// One option of a command of `git`: whether it runs a program, writes a file, or is followed by text. Options count also where
// they are shortened, as git allows.

import type { Analysis } from '../analysis.ts';
import { examineWord } from '../examine.ts';
import { known, textOf } from '../field.ts';
import type { Findings } from '../judge.ts';
import { judgePath } from '../judge-path.ts';
import type { ShellState } from '../shell-state.ts';
import { type GitCommand, longExecutes, safeLong } from './git-commands.ts';

/** Judges one option; `text` if the next word is its value and only text. */
export async function readGitOption(
  index: number,
  command: GitCommand | undefined,
  name: string,
  state: ShellState,
  findings: Findings,
  analysis: Analysis,
): Promise<'text' | 'none'> {
  const { fields } = findings;
  const text = textOf(fields[index]);
  const equals = text.indexOf('=');
  const option = equals < 0 ? text : text.slice(0, equals);
  const next = fields[index + 1] ?? known('');
  const isShort = !text.startsWith('--');
  const runs = isShort
    ? [...(command?.executes ?? '')].some((letter) => new RegExp(`^-[A-Za-z]*${letter}`).test(text))
    : longExecutes.some((dangerous) => option.length > 3 && dangerous.startsWith(option)) && !safeLong.has(option);
  if (runs) analysis.addOpaque(text, `\`git ${name} ${option}\` runs a program`);
  const writes =
    /^--(?:outpu?t?(?:-dir(?:ectory)?)?|export-marks)$/.test(option) ||
    (name === 'archive' && /^-o/.test(text)) ||
    (name === 'format-patch' && /^-o/.test(text));
  if (writes) {
    const glued = equals >= 0 ? text.slice(equals + 1) : isShort && text.length > 2 ? text.slice(2) : '';
    const target = glued === '' ? next : known(glued);
    await judgePath(target, 'write', 'own', state, analysis);
    if (await examineWord(textOf(target), state, analysis)) findings.outside.add(glued === '' ? index + 1 : index);
    return 'none';
  }
  const isText =
    command?.texts.includes(option) === true ||
    (isShort &&
      command?.texts.some((known) => known.length === 2 && text.endsWith(known.slice(1)) && /^-[a-z]+$/i.test(text)) ===
        true);
  if (isText && equals < 0) return 'text';
  const glued = isShort && command?.texts.includes(text.slice(0, 2)) === true;
  if (!glued && !(command?.texts.includes(option) === true) && (await examineWord(text, state, analysis)))
    findings.outside.add(index);
  return 'none';
}
