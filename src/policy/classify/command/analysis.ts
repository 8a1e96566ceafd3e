// What one reading of one command gathers and is bounded by: its effects, how many commands, words and look-ups it took.

import { join } from 'node:path';
import type { Effect, OpaqueEffect } from '../../../kernel/types.ts';
import { isAtOrBelow, type Located, locate } from './locate.ts';
import type { CommandPlace } from './place.ts';
import { type ShellState, sandboxWorkspace } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

const commandsMax = 200;
const plainPath = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}(?:\.[A-Za-z0-9_-]{1,15})?$/;
const assignmentsMax = 300;
const wildcardsMax = 300;
const depthMax = 40;
const lookupsMax = 500;
/** Looking at more names one by one takes longer than reading a directory. */
const looksMax = 32;
const effectsMax = 900;

/** Where a part of the command stands in its text, in UTF-16 units. */
export interface Span {
  readonly pos: number;
  readonly end: number;
}

/** The running account of one call. */
export class Analysis {
  readonly place: CommandPlace;
  readonly #effects = new Map<string, Effect>();
  readonly #located: Map<string, Promise<Located>>;
  readonly #listed: Map<string, Promise<readonly string[]>>;
  readonly #folded: Map<string, ReadonlySet<string>>;
  readonly #looked: Map<string, boolean>;
  #commands = 0;
  #assignments = 0;
  #wildcards = 0;
  #elsewhere = 0;
  /** The part that is being read: what is found belongs to it. */
  #span: Span | undefined;
  /** Where each effect was found first, if anybody asks. */
  readonly #spans: Map<string, Span> | undefined;
  #depth = 0;
  /** The shell at each point from where a loop or function may be left. */
  readonly jumped: ShellState[] = [];
  /** True if the last simple command can only print names inside the workspace. */
  printsNames = false;
  /** The last simple command, if its words are known and nothing but its words decides what it prints. */
  ran: readonly string[] | undefined;
  /** True if `$1` or another parameter of a function was looked at. */
  readsParameters = false;

  /** Files in the private directory of the sandbox that this call has written before, each under a rule for it. */
  readonly written = new Set<string>();

  /** `before` is an earlier reading of the same call: what it saw of the file system counts for this one too. */
  constructor(place: CommandPlace, before?: Analysis, isTraced = false) {
    this.place = place;
    this.#spans = isTraced ? new Map() : undefined;
    this.#located = before === undefined ? new Map() : before.#located;
    this.#listed = before === undefined ? new Map() : before.#listed;
    this.#folded = before === undefined ? new Map() : before.#folded;
    this.#looked = before === undefined ? new Map() : before.#looked;
  }

  get effects(): readonly Effect[] {
    return [...this.#effects.values()];
  }

  /** Where an effect like this one was found; undefined if there is none, or nobody asked. */
  spanOf(effect: Effect): Span | undefined {
    const { standing: _standing, ...rest } = effect;
    return this.#spans?.get(JSON.stringify(rest));
  }

  /** Takes note of an effect, once; `own` stays where it is known both ways. */
  add(effect: Effect): void {
    const { standing, ...rest } = effect;
    const key = JSON.stringify(rest);
    if (this.#effects.has(key) && standing === 'implied') return;
    this.#effects.set(key, effect);
    if (this.#spans !== undefined && this.#span !== undefined && !this.#spans.has(key))
      this.#spans.set(key, this.#span);
    if (this.#effects.size > effectsMax) throw new UnclearCommand(`it has more than ${effectsMax} effects; split it`);
  }

  /** Counts an assignment, since each makes a new state. */
  countAssignment(): void {
    this.#assignments += 1;
    if (this.#assignments > assignmentsMax)
      throw new UnclearCommand(`it assigns more than ${assignmentsMax} variables; split it`);
  }

  /** Counts a word with wildcards, since each looks into directories. */
  countWildcards(): void {
    this.#wildcards += 1;
    if (this.#wildcards > wildcardsMax)
      throw new UnclearCommand(`it has more than ${wildcardsMax} words with wildcards; split it`);
  }

  /** What `read` found, on trial: `undo` forgets the effects that it added. */
  async onTrial<T>(read: () => Promise<T>): Promise<{ result: T; isOpaque: boolean; undo: () => void }> {
    const before = new Map(this.#effects);
    const [depth, elsewhere, span] = [this.#depth, this.#elsewhere, this.#span];
    const result = await read();
    // What was not understood ended in the middle.
    this.#depth = depth;
    this.#elsewhere = elsewhere;
    this.#span = span;
    const isOpaque = [...this.#effects].some(([key, { kind }]) => kind === 'opaque' && !before.has(key));
    const undo = (): void => {
      this.#effects.clear();
      for (const [key, effect] of before) this.#effects.set(key, effect);
    };
    return { result, isOpaque, undo };
  }

  /** Takes note of something that is not known before it runs. */
  addOpaque(text: string, why: string): void {
    const effect: OpaqueEffect = { kind: 'opaque', text, why, standing: 'own' };
    this.add(effect);
  }

  countCommand(): void {
    this.#commands += 1;
    if (this.#commands > commandsMax) throw new UnclearCommand(`it holds more than ${commandsMax} commands; split it`);
  }

  /** Runs `read` one level deeper, for the part at `span`. */
  async deeper<T>(read: () => Promise<T>, span?: Span): Promise<T> {
    this.#depth += 1;
    if (this.#depth > depthMax) throw new UnclearCommand(`it is nested more than ${depthMax} levels deep`);
    const outer = this.#span;
    if (span !== undefined && this.#elsewhere === 0) this.#span = span;
    const result = await read();
    this.#span = outer;
    this.#depth -= 1;
    return result;
  }

  /** Runs `read` for the part at `span`. */
  async at<T>(span: Span, read: () => Promise<T>): Promise<T> {
    const outer = this.#span;
    if (this.#elsewhere === 0) this.#span = span;
    const result = await read();
    this.#span = outer;
    return result;
  }

  /** Runs `read` over a text of its own, where positions mean nothing: all of it belongs to the part that holds it. */
  async elsewhere<T>(read: () => Promise<T>): Promise<T> {
    this.#elsewhere += 1;
    const result = await read();
    this.#elsewhere -= 1;
    return result;
  }

  /** Where a path leads that has been looked at before. */
  async seen(text: string, directory: string): Promise<Located | undefined> {
    return this.#located.get(`${directory}\0${text}`);
  }

  /** Where a path leads, seen from a directory of the sandbox. */
  locate(text: string, directory: string): Promise<Located> {
    const key = `${directory}\0${text}`;
    const before = this.#located.get(key);
    if (before !== undefined) return before;
    if (this.#located.size >= lookupsMax) throw new UnclearCommand(`it names more than ${lookupsMax} paths; split it`);
    const located = this.#locate(text, directory);
    this.#located.set(key, located);
    return located;
  }

  async #locate(text: string, directory: string): Promise<Located> {
    if (!plainPath.test(text) || !isAtOrBelow(directory, sandboxWorkspace)) return locate(text, directory, this.place);
    const from = join(this.place.workspace, directory.slice(sandboxWorkspace.length));
    const [first = ''] = text.split('/');
    if (await this.mayHold(from, first)) return locate(text, directory, this.place);
    // Nothing of that name is there, so there is no symlink to follow.
    const inSandbox = `${directory}/${text}`;
    return {
      kind: 'inside',
      path: inSandbox.slice(sandboxWorkspace.length + 1),
      absolute: join(from, text),
      inSandbox,
    };
  }

  /** False if a host directory of the workspace holds nothing of that name. A few names are looked at, many looked up. */
  async mayHold(directory: string, name: string): Promise<boolean> {
    const path = join(directory, name);
    const before = this.#looked.get(path);
    if (before !== undefined) return before;
    if (this.#looked.size >= looksMax) return (await this.#fold(directory)).has(name.toLowerCase());
    const isThere = this.place.mayExist(path);
    this.#looked.set(path, isThere);
    return isThere;
  }

  /** Names in a host directory of the workspace, in lower case. */
  async #fold(directory: string): Promise<ReadonlySet<string>> {
    const before = this.#folded.get(directory);
    if (before !== undefined) return before;
    const names = new Set((await this.list(directory)).map((name) => name.toLowerCase()));
    this.#folded.set(directory, names);
    return names;
  }

  /** Names in a host directory of the workspace. */
  list(directory: string): Promise<readonly string[]> {
    const before = this.#listed.get(directory);
    if (before !== undefined) return before;
    if (this.#listed.size >= lookupsMax) throw new UnclearCommand('its wildcards look into too many directories');
    const listed = this.place.list(directory);
    this.#listed.set(directory, listed);
    return listed;
  }
}
