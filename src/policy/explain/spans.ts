// Where in the text of a command the effects of the call come from.

import type { Action } from '../../kernel/types.ts';
import { commandSources } from '../classify/command/command-sources.ts';
import { hostPlace } from '../classify/host-place.ts';
import type { Span } from './explain.ts';

/** The spans of the effects of an action that came from this command text; none where they are not known one by one. */
export async function spansOf(
  command: string,
  { effects, workspace }: Action,
  privateDirectories: readonly string[],
): Promise<readonly (Span | undefined)[]> {
  const sources = await commandSources(command, hostPlace(workspace, privateDirectories));
  // The tool itself comes first, and from nowhere in the text.
  return sources.length === effects.length - 1 ? [undefined, ...sources] : [];
}
