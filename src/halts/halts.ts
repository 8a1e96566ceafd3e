// The brake: people stop one agent or all of them, and nothing of them runs until an operator lets go. What always holds: a
// halt is on disk with its record before anybody is told of it, so it survives restarts; every process of the state home
// obeys it, for new calls at once and for running ones within a fraction of a second.

import { jsonCopy } from '../kernel/canonical.ts';
import type { Clock, Halts } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { NoteChange, Store } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';

/** A halt that is on. */
export interface Halt {
  /** Whom it stops; `''` for everybody. */
  readonly agent: string;
  readonly by: string;
  readonly because: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The side of it that people use. Who may use it is decided before. */
export interface HaltDesk {
  /** Stops an agent, or all with `''`. False if it was stopped already. */
  halt(agent: string, by: string, because: string): Promise<boolean>;
  /** Lets go. `proof` is what the person showed, for the record. False if nothing was stopped by that name. */
  resume(agent: string, by: string, proof: JsonObject): Promise<boolean>;
  list(): Promise<readonly Halt[]>;
}

/** How often running calls look whether they were stopped. */
const pollMs = 200;

const prefix = 'halt:';
const keyOf = (agent: string): string => `${prefix}${agent}`;

/** Why calls of the agent may not start, in words for people and models; `''` for no halt. */
export function haltText(halts: readonly Halt[], agent: string): string {
  const halt = halts.find((one) => one.agent === '') ?? halts.find((one) => one.agent === agent);
  if (halt === undefined) return '';
  const whom = halt.agent === '' ? 'all agents are' : `agent \`${halt.agent}\` is`;
  const why = halt.because === '' ? '' : ` (${halt.because})`;
  return `${whom} halted by ${halt.by} since ${new Date(halt.at).toISOString()}${why}: an operator has to \`sallyport resume\``;
}

/** Halts over a store. `redact` replaces the values of secrets in reasons. */
export function createHalts(store: Store, clock: Clock, redact: (text: string) => string): Halts & HaltDesk {
  const now = (): number => Math.trunc(clock.now());
  const list = async (): Promise<readonly Halt[]> =>
    (await store.notes(prefix)).flatMap(({ key, document }) => readHalt(key.slice(prefix.length), document) ?? []);
  const watch = startWatching(store, list);

  return {
    reason: async (agent) => haltText(await list(), agent),
    watch,
    list,

    halt: (agent, by, because) =>
      store.changeNote(keyOf(agent), (current): NoteChange<boolean> => {
        if (readHalt(agent, current) !== null) return { next: null, record: null, result: () => false };
        const halt = jsonCopy({ by, because, at: now() }, redact);
        const record = draftRecord({ type: 'halted', body: { agent, ...halt } }, now());
        return { next: { ...halt, isOn: true }, record, result: () => true };
      }),

    resume: (agent, by, proof) =>
      store.changeNote(keyOf(agent), (current): NoteChange<boolean> => {
        const halt = readHalt(agent, current);
        if (halt === null) return { next: null, record: null, result: () => false };
        const body = jsonCopy({ agent, by, proof, halted: { by: halt.by, at: halt.at } }, redact);
        return {
          next: { isOn: false },
          record: draftRecord({ type: 'resumed', body }, now()),
          result: () => true,
        };
      }),
  };
}

/** A note nobody can read stops as well: doubt refuses. */
function readHalt(agent: string, note: JsonObject | null): Halt | null {
  if (note === null || note.isOn === false) return null;
  const { by, because, at } = note;
  return {
    agent,
    by: typeof by === 'string' ? by : 'somebody',
    because: typeof because === 'string' ? because : '',
    at: typeof at === 'number' && Number.isFinite(at) ? at : 0,
  };
}

/** One timer for all that watch, and none while nobody does. */
function startWatching(store: Store, list: () => Promise<readonly Halt[]>): Halts['watch'] {
  const watching = new Set<(halts: readonly Halt[]) => void>();
  let timer: NodeJS.Timeout | null = null;
  let seen = Number.NaN;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      const version = await store.version();
      if (version === seen) return;
      const halts = await list();
      seen = version;
      for (const tell of watching) tell(halts);
    } catch {
      // Each new call looks for itself, and is refused where that is not possible.
    } finally {
      isLooking = false;
    }
  };
  return (agent, halted) => {
    const tell = (halts: readonly Halt[]): void => {
      const because = haltText(halts, agent);
      if (because !== '') halted(because);
    };
    watching.add(tell);
    seen = Number.NaN;
    timer ??= setInterval(look, pollMs);
    return () => {
      watching.delete(tell);
      if (watching.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    };
  };
}
