// `git config`: reading settings does no harm, and few may be written.

import type { Analysis } from '../analysis.ts';
import { type Field, textOf } from '../field.ts';
import { harmlessSettings } from './git-commands.ts';

/** Reading a setting is harmless; writing one is where the setting is. */
export function readGitConfig(fields: readonly Field[], analysis: Analysis): void {
  const words = fields.map(textOf);
  const operands = words.filter((word) => !word.startsWith('-'));
  const isReading =
    words.some((word) => /^(?:--get(?:-all|-regexp|-urlmatch)?|--list|-l|--get-color(?:bool)?)$/.test(word)) ||
    /^(?:get|list)$/.test(operands[0] ?? '');
  const isPlain = words.every(
    (word) =>
      !word.startsWith('-') ||
      /^--(?:local|get|list|show-origin|show-scope|name-only|null|type=[a-z]+|get-all|get-regexp|worktree|default=[A-Za-z0-9]*)$|^-[lz]$/.test(
        word,
      ),
  );
  if (isReading && isPlain) return;
  if (isPlain && operands.length === 1) return;
  const [key = '', value = ''] = operands;
  if (isPlain && operands.length === 2 && harmlessSettings.test(`${key}=${value}`)) return;
  analysis.addOpaque(`git config ${words.join(' ')}`, 'this may set what `git` runs later');
}
