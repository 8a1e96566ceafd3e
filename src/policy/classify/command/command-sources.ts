// Where in the text of a command each of its effects comes from, for people who ask why. Judging does not need it, so it is
// a reading of its own, and effects stay what they are: they are hashed into the digest of the call.

import { readTwice } from './classify-command.ts';
import type { CommandPlace } from './place.ts';
import { UnclearCommand } from './unclear-command.ts';

/** A stretch of the text of a command in UTF-16 units; `end` is behind it. */
export interface SourceSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * The simple command, redirection or substitution that each effect comes from, in the order of the effects that
 * `classifyCommand` answers for the same text; the whole text where an effect is only found in the form that runs. Empty
 * if the command is not understood.
 */
export async function commandSources(command: string, place: CommandPlace): Promise<readonly SourceSpan[]> {
  try {
    const { first, second } = await readTwice(command, place, true);
    return second.effects.map((effect) => {
      const { pos, end } = first.spanOf(effect) ?? { pos: 0, end: command.length };
      return { start: pos, end };
    });
  } catch (error) {
    if (error instanceof UnclearCommand) return [];
    throw error;
  }
}
