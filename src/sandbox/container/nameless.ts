// Names that are no text. Linux takes any bytes for a name; rules, mounts and the engine speak text. A place with such a
// name, or below one, can be shown to nobody by itself and closed by nobody, so whether a rule closes one has to be known.

import { isUtf8 } from 'node:buffer';
import { promises as files } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from './entry-kind.ts';
import { Unmountable } from './unmountable.ts';
import type { Look, WalkBudget, WalkedEntry } from './walk.ts';

/** The entries of a directory whose names are text, and the places below the others that a look would keep, as text for a person. */
export interface Named {
  readonly entries: readonly WalkedEntry[];
  readonly nameless: readonly string[];
}

/** What stands for bytes that are no text. */
export const noText = '\ufffd';

/**
 * Tells the entries of `directory` apart, and looks through those without a name.
 * @throws {Unmountable} if there are more entries than the budget, or a directory cannot be looked at.
 */
export async function namedIn(directory: string, look: Look, budget: WalkBudget): Promise<Named> {
  const entries: WalkedEntry[] = [];
  const nameless: string[] = [];
  for (const [name, entry] of await entriesOf(Buffer.from(directory), directory)) {
    if (isUtf8(name)) entries.push(entry);
    else await lookBelow(Buffer.from(directory), name, entry);
  }
  return { entries, nameless };

  async function lookBelow(above: Buffer, name: Buffer, entry: WalkedEntry): Promise<void> {
    const answer = look(entry);
    if (answer === 'keep') nameless.push(entry.path);
    if (answer !== 'enter' || entry.kind !== 'directory') return;
    const below = Buffer.concat([above, Buffer.from('/'), name]);
    for (const [inner, found] of await entriesOf(below, entry.path)) {
      budget.left -= 1;
      if (budget.left < 0)
        throw new Unmountable(`\`${entry.path}\` has too many entries to look through; give it a name that is text`);
      await lookBelow(below, inner, found);
    }
  }

  /** A directory that this user may not enter is kept as a whole: nobody knows what is in it. */
  async function entriesOf(at: Buffer, shown: string): Promise<readonly (readonly [Buffer, WalkedEntry])[]> {
    try {
      const found = await files.readdir(at, { encoding: 'buffer', withFileTypes: true });
      return found.map((one) => {
        const name = one.name.toString();
        return [one.name, { path: join(shown, name), name, kind: kindOf(one) }];
      });
    } catch (error) {
      const code = String(Object(error).code);
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      if (code !== 'EACCES') throw new Unmountable(`could not look through \`${shown}\`: ${code}`, { cause: error });
      nameless.push(shown);
      return [];
    }
  }
}
