// `sallyport sandbox`: the containers of kernels on this machine, and removing those that were left behind.

import { systemClock } from '../kernel/system-clock.ts';
import { containersOnMachine, reapContainers, sweepLeftovers } from '../sandbox/container.ts';
import { isInstanceAlive } from '../store/instance.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { harmless, jsonText } from './screen.ts';

/** Which containers a command is about. */
export interface SandboxOptions {
  readonly label: readonly string[];
}

/** `sandbox list`. */
export function listContainers({ label }: SandboxOptions): Action {
  return async ({ settings, screen }) => {
    const { socketPath } = settings.docker;
    const found = await containersOnMachine({ clock: systemClock, socketPath, labels: label, isInstanceAlive });
    if (screen.isJson) screen.result(jsonText(found));
    for (const { name, state, createdAt, isOwned } of screen.isJson ? [] : found) {
      const owner = isOwned ? 'its kernel runs' : 'left behind';
      screen.result(harmless(`${name}  ${state}  since ${new Date(createdAt).toISOString()}  ${owner}`));
    }
    if (found.length === 0) screen.note('there are no containers of this project\n');
    return exitCode.done;
  };
}

/** `sandbox reap`: 1 if something could not be removed. */
export function reapLeftovers({ label, all }: SandboxOptions & { readonly all: boolean }): Action {
  return async ({ settings, screen }) => {
    const { socketPath } = settings.docker;
    const search = { clock: systemClock, socketPath, labels: label, isInstanceAlive };
    const { removed, faults } = await reapContainers(search, all);
    // Mounts carry no labels: they go when all that was left behind is meant.
    const swept = label.length === 0 ? await sweepLeftovers(search) : { containers: 0, directories: 0, faults: [] };
    const failed = [...faults, ...swept.faults];
    if (screen.isJson) screen.result(jsonText({ removed, directories: swept.directories, faults: failed }));
    else for (const name of removed) screen.result(`removed ${harmless(name)}`);
    if (removed.length === 0) screen.note('nothing was left behind\n');
    for (const fault of failed) process.stderr.write(`sallyport: could not remove ${harmless(fault)}\n`);
    return failed.length === 0 ? exitCode.done : exitCode.failed;
  };
}
