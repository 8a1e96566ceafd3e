// One session in this process: what waits there, and the one turn that is under way. It exists only while there is either.

import type { StoredMessage } from '../../kernel/inbox.ts';
import { isSameOrigin, type QueuedMessage, turnText } from './message.ts';
import { type PlannedTurn, planTurn, steerable, type Waiting } from './plan-turn.ts';
import type { TurnLedger } from './turn-ledger.ts';

/** A turn under way. */
export interface Running {
  readonly run: string;
  readonly ledger: TurnLedger;
  readonly abort: AbortController;
  /** What it began with. */
  readonly began: readonly Waiting[];
  /** What it was given between its calls; on record or not. */
  readonly handed: Waiting[];
}

export interface Lane {
  readonly session: string;
  readonly agent: string;
  waiting: Waiting[];
  running: Running | null;
  /** How many messages are being accepted. */
  arriving: number;
  /** Those that are being changed for another one to be accepted. */
  readonly leaving: Set<string>;
  /** A write failed, or seemed to: nothing begins before it is known what is on disk. */
  isUnsure: boolean;
  /** Its turn has come; from now on nothing that waits gives way. */
  isDue: boolean;
  /** How often in a row a run could not start, and when to try again. */
  failures: number;
  notBefore: number;
}

export const createLane = (session: string, agent: string): Lane => ({
  ...{ session, agent, waiting: [], running: null, arriving: 0, leaving: new Set<string>() },
  ...{ isUnsure: false, isDue: false, failures: 0, notBefore: 0 },
});

export const isIdle = ({ waiting, running, arriving }: Lane): boolean =>
  waiting.length === 0 && running === null && arriving === 0;

const isUnderWay = ({ running }: Lane, id: string): boolean =>
  running !== null && [...running.began, ...running.handed].some(({ message }) => message.id === id);

/** Whether this message can no longer give way to another. */
export const isHeld = (lane: Lane, id: string): boolean => lane.isDue || isUnderWay(lane, id);

/**
 * Lets the lane hold what is on disk: adds what nobody here heard of (`made` by the caller), and hands back those that came to
 * their end without it.
 */
export function agree(
  lane: Lane,
  open: readonly StoredMessage[],
  made: (stored: StoredMessage) => Waiting,
): readonly Waiting[] {
  const here = new Map(lane.waiting.map((one) => [one.message.id, one]));
  const there = open.filter(({ id, state }) => state === 'waiting' && !isUnderWay(lane, id));
  lane.waiting = there.map((stored) => here.get(stored.id) ?? made(stored));
  const left = new Set(there.map(({ id }) => id));
  return [...here.values()].filter(({ message }) => !left.has(message.id));
}

/** Its next turn; null where there is none to begin. */
export function nextTurn(lane: Lane, turnCharacters: number): PlannedTurn | null {
  if (lane.running !== null) return null;
  const planned = planTurn(lane.waiting, turnCharacters);
  return planned === null ? null : { ...planned, at: Math.max(planned.at, lane.notBefore) };
}

/** Puts an admitted message behind the others, with what changed of one of them and without the one that gave way. */
export function enter(lane: Lane, entering: Waiting, messages: readonly QueuedMessage[], gaveWay: string): void {
  const changed = new Map(messages.map((message) => [message.id, message]));
  lane.waiting = [...lane.waiting.filter(({ message }) => message.id !== gaveWay), entering].map((one) => ({
    ...one,
    message: changed.get(one.message.id) ?? one.message,
  }));
}

/** Hands the run under way what it may hear now, as text. */
export function handOver(lane: Lane, running: Running): readonly string[] {
  const [first] = running.began;
  if (lane.running !== running || first === undefined || lane.leaving.size > 0) return [];
  const chosen = steerable(lane.waiting, first.message);
  lane.waiting = lane.waiting.slice(chosen.length);
  running.handed.push(...chosen);
  running.ledger.handed(chosen.map(({ message }) => message.id));
  return chosen.map(({ message }) => turnText([message]));
}

/**
 * Puts what a turn leaves to the next ones before everything else, and hands back the rest: where it `isOver`, what it began
 * with and what it took.
 */
export function putBack(lane: Lane, { began, handed, ledger }: Running, isOver: boolean): readonly Waiting[] {
  const isDone = (one: Waiting) => isOver && (began.includes(one) || ledger.taken().has(one.message.id));
  const all = [...began, ...handed];
  lane.waiting = [...all.filter((one) => !isDone(one)), ...lane.waiting];
  return all.filter(isDone);
}

/** The origin of a turn: all its messages have the same. */
export function originOf(began: readonly Waiting[]): QueuedMessage['origin'] {
  const [first, ...others] = began;
  if (first === undefined || others.some(({ message }) => !isSameOrigin(message.origin, first.message.origin)))
    throw new TypeError('could not begin a turn: its messages are not of one origin');
  return first.message.origin;
}
