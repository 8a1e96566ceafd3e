// The tools of a command: the built-in ones, and the scripts of the skills that the operator named.

import type { Settings } from '../config.ts';
import { messageOf } from '../kernel/checked.ts';
import type { Tool } from '../kernel/types.ts';
import { builtInTools } from '../sandbox/tools/index.ts';
import { skillTools } from '../sandbox/tools/skill-scripts.ts';
import { UsageError } from './exit-codes.ts';

/**
 * Every tool by name.
 * @throws {UsageError} if a skill cannot be used, or two skills have one name.
 */
export function openTools({ config }: Settings): ReadonlyMap<string, Tool> {
  const tools = new Map(builtInTools);
  for (const directory of config.skills ?? []) {
    for (const tool of toolsOf(directory)) {
      if (tools.has(tool.name))
        throw new UsageError(`could not use the skill \`${directory}\`: another one has its name`);
      tools.set(tool.name, tool);
    }
  }
  return tools;
}

function toolsOf(directory: string): readonly Tool[] {
  try {
    return skillTools(directory);
  } catch (error) {
    throw new UsageError(`could not use the skill \`${directory}\`: ${messageOf(error)}`, { cause: error });
  }
}
