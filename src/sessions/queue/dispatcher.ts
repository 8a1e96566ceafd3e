// From accepted messages to turns. What always holds: a message is on disk before it is acknowledged, has exactly one end, and
// is answered by one run; the turns of a session come one after the other, in the order of its messages; no session waits
// for another one that never rests.

import { messageOf } from '../../kernel/checked.ts';
import { type Accepted, createDoor } from './door.ts';
import { createLane, handOver, isIdle, type Lane, nextTurn, originOf, putBack, type Running } from './lane.ts';
import { createLine } from './line.ts';
import { type InboundMessage, type QueuedMessage, readMessage, turnText } from './message.ts';
import type { Waiting } from './plan-turn.ts';
import { recoverMessages } from './recover-messages.ts';
import type { DispatcherOptions, Ended } from './turn.ts';
import { turnLedger } from './turn-ledger.ts';

export interface Dispatcher {
  /**
   * Resolves once the message is on disk: from then on it has its end, whatever happens to this process.
   * @throws {Error} if it could not be written; then nobody has it.
   */
  accept(message: InboundMessage): Promise<Accepted>;
  /** Aborts the turn of a session; false if there is none. */
  abort(session: string): boolean;
  /** How a session stands. */
  look(session: string): { readonly waiting: number; readonly isRunning: boolean };
  /** What it holds in memory. */
  load(): { readonly sessions: number; readonly messages: number };
  /** Begins nothing more and resolves when nothing is under way; what waits, waits for the next start. `abort` cuts turns short. */
  close(abort: AbortSignal): Promise<void>;
}

/** More open messages than any limit lets in. */
const openMax = 10_000_000;
/** Ends after which the inbox is looked through for what can be forgotten. */
const endsPerPrune = 1_000;

/** Takes up what an earlier process left, and begins. */
export async function createDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const { inbox, clock, limits, settings } = options;
  const lanes = new Map<string, Lane>();
  const line = createLine<Lane>(limits);
  const going = new Set<Promise<void>>();
  const closing = new AbortController();
  let alarm = new AbortController();
  let ends = 0;

  const laneOf = (session: string, agent: string): Lane => {
    const lane = lanes.get(session) ?? createLane(session, agent);
    lanes.set(session, lane);
    return lane;
  };
  const isReady = (lane: Lane): boolean => lane.waiting.length > 0 && lane.running === null;

  /** Looks whether the lane is still needed, and who goes next. */
  const moved = (lane: Lane): void => {
    lane.isDue = false;
    if (isReady(lane)) line.join(lane);
    else line.leave(lane);
    if (isIdle(lane)) lanes.delete(lane.session);
    pump();
  };

  const pump = (): void => {
    alarm.abort();
    while (!closing.signal.aborted) {
      const now = clock.monotonic();
      const next = line.next(now, (lane) => dueAt(lane, now));
      if (next.one === null) {
        wakeAt(next.at);
        return;
      }
      const planned = nextTurn(next.one, limits.turnCharacters);
      if (planned !== null) begin(next.one, planned.messages);
    }
  };
  const dueAt = (lane: Lane, now: number): number => {
    const at = nextTurn(lane, limits.turnCharacters)?.at ?? Number.POSITIVE_INFINITY;
    if (lane.leaving.size === 0 && !lane.isUnsure) return at;
    lane.isDue = at <= now;
    return Number.POSITIVE_INFINITY;
  };
  const wakeAt = (at: number): void => {
    if (at === Number.POSITIVE_INFINITY) return;
    alarm = new AbortController();
    const { signal } = alarm;
    void clock.sleep(at - clock.monotonic(), signal).then(() => {
      if (!signal.aborted) pump();
    });
  };

  const begin = (lane: Lane, began: readonly Waiting[]): void => {
    lane.waiting = lane.waiting.slice(began.length);
    carry(lane, began, `run-${options.newId()}`, options.run, false);
  };

  const carry = (
    lane: Lane,
    began: readonly Waiting[],
    run: string,
    work: DispatcherOptions['run'],
    isResumed: boolean,
  ): void => {
    const { session, agent } = lane;
    const messages = began.map(({ message }) => message);
    const ids = messages.map(({ id }) => id);
    const abort = new AbortController();
    const ledger = turnLedger({ run, session, began: ids }, inbox, clock, isResumed);
    const running: Running = { run, ledger, abort, began, handed: [] };
    lane.isDue = false;
    lane.running = running;
    line.began(lane);
    const turn = { run, session, agent, origin: originOf(began), text: turnText(messages), messages: ids };
    const hands = { signal: abort.signal, steer: () => handOver(lane, running), bind: ledger.bind };
    const under = Promise.resolve()
      .then(() => work(turn, hands))
      .then(
        ({ because }) => because,
        (error: unknown) => messageOf(error),
      )
      .then((because) => finish(lane, running, because));
    track(under);
  };
  const track = (work: Promise<void>): void => {
    going.add(work);
    const forget = () => going.delete(work);
    work.then(forget, forget);
  };

  const finish = async (lane: Lane, running: Running, because: string): Promise<void> => {
    const { ledger } = running;
    await durably(ledger.settled);
    lane.failures = ledger.isStarted() ? 0 : lane.failures + 1;
    const isOver = ledger.isStarted() || lane.failures >= limits.starts;
    if (isOver && ledger.ended().size === 0) {
      const why = ledger.isStarted() ? 'the end of its run could not be written down' : 'its run could not start';
      await durably(async () => {
        await ledger.settled();
        if (ledger.ended().size === 0)
          await ledger.finish({ kind: 'failed', because: because === '' ? why : `${why}: ${because}` });
      });
    }
    if (!ledger.isStarted()) lane.notBefore = isOver ? 0 : clock.monotonic() + pauseMs(lane.failures);
    if (isOver) lane.failures = 0;
    const done = putBack(lane, running, isOver);
    lane.running = null;
    line.ended(lane);
    for (const { message } of done) {
      const end = ledger.ended().get(message.id);
      if (end === undefined) door.left(message);
      else over({ message, run: running.run, end });
    }
    if (done.length > ledger.ended().size) track(door.resync(lane));
    moved(lane);
  };

  const over = (ended: Ended): void => {
    door.left(ended.message);
    ends += 1;
    if (ends % endsPerPrune === 0) track(prune());
    options.ended(ended);
  };
  const prune = (): Promise<void> =>
    inbox.pruneInbox(Math.trunc(clock.now()) - limits.keptMs, limits.kept).catch((error: unknown) => {
      options.trouble(`could not forget old messages: ${messageOf(error)}`);
    });

  /** Tries until it is written, or this process is to stop: then the next one finds it. */
  const durably = async (work: () => Promise<void>): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        options.trouble(`could not write down how messages ended: ${messageOf(error)}`);
        if (closing.signal.aborted) return;
        await clock.sleep(pauseMs(failures), closing.signal);
      }
    }
  };
  const pauseMs = (failures: number): number => Math.min(limits.pauseMaxMs, limits.pauseMs * 2 ** (failures - 1));

  const door = createDoor({ ...options, laneOf, moved, over, durably, track, isClosed: () => closing.signal.aborted });

  const takeUp = async (): Promise<void> => {
    const found = await recoverMessages(await inbox.openMessages(openMax), options.fate, inbox, clock);
    const waitingOf = (message: QueuedMessage): Waiting => {
      door.entered(message);
      const { session, origin } = message;
      return { message, settings: settings(session, origin.channel), since: 0, isJoined: false };
    };
    for (const { stored, end } of found.ended) {
      const message = readMessage(stored);
      door.entered(message);
      over({ message, run: stored.run, end });
    }
    for (const stored of found.waiting) {
      const lane = laneOf(stored.session, stored.agent);
      lane.waiting.push(waitingOf(readMessage(stored)));
      line.join(lane);
    }
    for (const [run, messages] of found.asking) {
      const began = messages.map((stored) => waitingOf(readMessage(stored)));
      const [first] = began;
      if (first !== undefined)
        carry(laneOf(first.message.session, first.message.agent), began, run, options.resume, true);
    }
    await prune();
    pump();
  };
  await takeUp();

  return {
    accept: door.accept,
    abort(session) {
      const running = lanes.get(session)?.running ?? null;
      running?.abort.abort();
      return running !== null;
    },
    look(session) {
      const lane = lanes.get(session);
      return { waiting: lane?.waiting.length ?? 0, isRunning: (lane?.running ?? null) !== null };
    },
    load: () => ({ sessions: lanes.size, messages: door.messages() }),
    async close(abort) {
      closing.abort();
      alarm.abort();
      const cut = () => {
        for (const { running } of lanes.values()) running?.abort.abort();
      };
      if (abort.aborted) cut();
      abort.addEventListener('abort', cut, { once: true });
      await door.closed();
      while (going.size > 0) await Promise.allSettled(going);
      abort.removeEventListener('abort', cut);
    },
  };
}
