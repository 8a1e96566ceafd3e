// What every command of the command line has in common.

import type { Command } from 'commander';
import type { Settings } from '../config.ts';
import type { Screen } from './screen.ts';

/** What a command gets: the settings, the screen, and a signal that aborts on Ctrl-C or SIGTERM. */
export interface Context {
  readonly settings: Settings;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** The work of a command; it answers the exit code. */
export type Action = (context: Context) => Promise<number>;

/** Loads the work of a command and does it; with `isLenient` also where `config.yaml` does not load. */
export type Act = (isJson: boolean, load: () => Promise<Action>, isLenient?: boolean) => Promise<void>;

/** A command with what all of them share. */
export const command = (parent: Command, name: string, description: string): Command =>
  parent.command(name).description(description).option('--json', 'machine-readable output', false).exitOverride();

/** Gathers the values of an option that may be repeated. */
export const many = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const none: readonly string[] = [];
