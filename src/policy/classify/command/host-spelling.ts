// A command runs where the workspace is `/workspace`, so a word that spells a path below the workspace as this machine does
// (`/home/op/project/logs`) means its spelling there. Only whole paths without `..` are rewritten, and only in words that
// are not merely text for the program.

import type { Analysis } from './analysis.ts';
import { type Field, known } from './field.ts';
import { isAtOrBelow } from './locate.ts';
import { readOptions } from './options.ts';
import { climbs, cutWord } from './path-words.ts';
import { findProgram } from './programs.ts';
import { sandboxWorkspace } from './shell-state.ts';

/** The field with a path of this machine below the workspace spelled as the sandbox has it. */
export function inSandbox(field: Field, { place: { workspace } }: Analysis): Field {
  if (
    field.kind === 'unknown' ||
    field.printed !== undefined ||
    workspace === '/' ||
    !field.text.includes(workspace) ||
    /\s/.test(field.text)
  )
    return field;
  const { before, path } = cutWord(field.text);
  if (climbs(path) || !isAtOrBelow(path, workspace)) return field;
  return known(before + sandboxWorkspace + path.slice(workspace.length));
}

/** The same for the words of one program, but for those that are text to it. */
export function wordsInSandbox(fields: readonly Field[], name: string, analysis: Analysis): readonly Field[] {
  const { workspace } = analysis.place;
  if (!fields.some((field) => field.kind === 'known' && field.text.includes(workspace))) return fields;
  if (name === 'printf') return fields;
  const program = findProgram(name);
  const texts = new Set(
    program === undefined
      ? []
      : readOptions(fields, program).flatMap(({ use, index }) => (/^(?:text|code|shell)$/.test(use) ? [index] : [])),
  );
  return fields.map((field, index) => (texts.has(index) ? field : inSandbox(field, analysis)));
}
