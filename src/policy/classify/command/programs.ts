// Every described program, by name. A program that is not here is known only by its words.

import type { Program } from './describe.ts';
import { builders } from './programs/builders.ts';
import { checkers } from './programs/checkers.ts';
import { clouds } from './programs/clouds.ts';
import { containers } from './programs/containers.ts';
import { fileTools } from './programs/file-tools.ts';
import { interpreters } from './programs/interpreters.ts';
import { launchers } from './programs/launchers.ts';
import { networkTools } from './programs/network-tools.ts';
import { operatorTools } from './programs/operator-tools.ts';
import { packageManagers } from './programs/package-managers.ts';
import { searchTools } from './programs/search-tools.ts';
import { sideDoors } from './programs/side-doors.ts';
import { textTools } from './programs/text-tools.ts';
import { wrappers } from './programs/wrappers.ts';

/** The whole table. */
export const programs: ReadonlyMap<string, Program> = new Map([
  ...textTools,
  ...searchTools,
  ...fileTools,
  ...wrappers,
  ...interpreters,
  ...networkTools,
  ...builders,
  ...packageManagers,
  ...operatorTools,
  ...containers,
  ...clouds,
  ...checkers,
  ...launchers,
  ...sideDoors,
]);

/** The description of a program, if it has one. Versions in names (`python3.11`) do not matter. */
export const findProgram = (name: string): Program | undefined =>
  programs.get(name) ?? programs.get(name.replace(/[-.\d]+$/, ''));
