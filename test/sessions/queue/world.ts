// A world of people who write, runs that answer, a disk that fails and processes that die, on a virtual clock. It plays the
// same way for the same seed. What it saw is checked from outside, by what reached the disk.

import type { StoredMessage } from '../../../src/kernel/inbox.ts';
import type { Clock, Ledger } from '../../../src/kernel/ports.ts';
import { draftRecord } from '../../../src/kernel/record-draft.ts';
import type { RecordDraft } from '../../../src/kernel/store.ts';
import type { JsonObject } from '../../../src/kernel/types.ts';
import { createDispatcher, type Dispatcher } from '../../../src/sessions/queue/dispatcher.ts';
import type { InboundMessage, MessageEnd, Origin } from '../../../src/sessions/queue/message.ts';
import type { RunFate } from '../../../src/sessions/queue/recover-messages.ts';
import { defaultQueueLimits, type QueueSettings } from '../../../src/sessions/queue/settings.ts';
import type { Turn, TurnHands } from '../../../src/sessions/queue/turn.ts';
import { type Disk, type MemoryInbox, memoryInbox } from '../../fixtures/memory-inbox.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { between, type Random, randomFrom } from '../../soak/random.ts';

/** A change of a message on the disk, in the order of commits. */
export interface Change {
  readonly before: StoredMessage | null;
  readonly after: StoredMessage;
  readonly record: RecordDraft | null;
}

export interface Trace {
  readonly seed: number;
  readonly changes: Change[];
  readonly rows: readonly StoredMessage[];
  /** Ids whose acceptance somebody was told of. */
  readonly promised: Set<string>;
  readonly told: { readonly id: string; readonly run: string; readonly end: MessageEnd; readonly life: number }[];
  /** Turns that began and ended in their process, in order. */
  readonly turns: { readonly what: 'began' | 'ended'; readonly turn: Turn; readonly life: number }[];
  readonly refused: string[];
  /** What was wrong when the last process had closed: sleepers, sessions and messages that it kept. */
  readonly left: { readonly sleepers: number; readonly sessions: number; readonly messages: number };
  readonly settings: ReadonlyMap<string, QueueSettings>;
  readonly limits: typeof defaultQueueLimits;
}

/** A clock that knows how many sleep on it. */
function counted(clock: VirtualClock): Clock & { readonly sleepers: () => number } {
  let sleepers = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    async sleep(ms, signal) {
      sleepers += 1;
      await clock.sleep(ms, signal);
      sleepers -= 1;
    },
    sleepers: () => sleepers,
  };
}

// One of its own for each sleep: the clock leaves a listener on it.
const never = () => new AbortController().signal;
const originOf = (sender: string): Origin => ({
  ...{ sender, roles: [], requestedBy: 'agent:a', channel: 'chat', trigger: 'message', labels: [] },
});

/** Plays the world of a seed to its end. */
export function playQueues(seed: number): Promise<Trace> {
  const clock = new VirtualClock(1_700_000_000_000);
  return clock.drive(live(seed, clock), 200_000);
}

async function live(seed: number, virtual: VirtualClock): Promise<Trace> {
  const random = randomFrom(seed);
  const sessions = Array.from({ length: between(random, 1, 5) }, (_, index) => ({
    session: `s${index}`,
    agent: `agent${index % 2}`,
  }));
  const settings = new Map(
    sessions.map(({ session }): [string, QueueSettings] => [
      session,
      {
        mode: oneOf(random, ['collect', 'followup', 'steer', 'interrupt'] as const),
        drop: oneOf(random, ['summarize', 'old', 'new'] as const),
        cap: between(random, 1, 5),
        debounceMs: oneOf(random, [0, 100, 1_000]),
      },
    ]),
  );
  const limits = { ...defaultQueueLimits, runs: between(random, 1, 4), runsPerAgent: between(random, 1, 3) };
  const changes: Change[] = [];
  const disk: Disk = {
    rows: [],
    records: [],
    committed: (before, after, record) => changes.push({ before, after, record }),
  };
  const trace: Omit<Trace, 'left' | 'rows'> = {
    ...{ seed, changes, promised: new Set<string>(), told: [], turns: [], refused: [], settings, limits },
  };
  let ids = 0;
  const lives = between(random, 1, 4);
  for (let life = 1; ; life += 1) {
    const isLast = life === lives;
    const clock = counted(virtual);
    // The last one has a good disk, or nothing would ever end.
    const weather = () => (isLast || random() > 0.05 ? 'fine' : random() < 0.5 ? 'fails' : ('lost-answer' as const));
    const inbox = memoryInbox(disk, () => virtual.sleep(between(random, 0, 3), never()), weather);
    const asking = new Set(openRuns(disk).filter(() => random() < 0.3));
    for (const run of openRuns(disk)) if (!asking.has(run)) disk.records.push(endRecord(run));
    const world = { random, clock, inbox, trace, life };
    const begin = () =>
      createDispatcher({
        ...{ inbox, clock, limits },
        run: (turn, hands) => runTurn(turn, hands, world, true),
        resume: (turn, hands) => runTurn(turn, hands, world, false),
        fate: async (run) => fateOf(disk, run, asking),
        settings: (session) => settings.get(session) ?? failed(`no session ${session}`),
        newId: () => {
          ids += 1;
          return `m${ids}`;
        },
        ended: ({ message, run, end }) => trace.told.push({ id: message.id, run, end, life }),
        trouble: () => {},
      });
    const dispatcher = await untilItWorks(begin);
    const people = Array.from({ length: between(random, 1, 6) }, (_, index) =>
      write(dispatcher, oneOf(random, sessions), `p${life}-${index}`, world),
    );
    if (isLast) {
      await Promise.all(people);
      while (dispatcher.load().messages > 0) await virtual.sleep(100, never());
      await dispatcher.close(never());
      return { ...trace, rows: disk.rows, left: { sleepers: clock.sleepers(), ...dispatcher.load() } };
    }
    await virtual.sleep(between(random, 1, 3_000), never());
    inbox.kill();
    // The dead do nothing more, but for what the world keeps of them.
    dispatcher.close(AbortSignal.abort()).catch(() => {});
  }
}

const oneOf = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)] ?? failed('nothing to choose from');

const failed = (because: string): never => {
  throw new Error(because);
};

async function untilItWorks(begin: () => Promise<Dispatcher>): Promise<Dispatcher> {
  for (let tries = 0; tries < 50; tries += 1) {
    const dispatcher = await begin().catch(() => null);
    if (dispatcher !== null) return dispatcher;
  }
  throw new Error('no dispatcher could be made');
}

interface Place {
  readonly random: Random;
  readonly clock: Clock;
  readonly inbox: MemoryInbox;
  readonly trace: Omit<Trace, 'left' | 'rows'>;
  readonly life: number;
}

/** Somebody writes some messages, each again until somebody says what became of it. */
async function write(
  dispatcher: Dispatcher,
  where: { readonly session: string; readonly agent: string },
  person: string,
  { random, clock, trace }: Place,
): Promise<void> {
  const origin = originOf(oneOf(random, ['alice', 'bob']));
  for (let number = 0; number < between(random, 1, 8); number += 1) {
    const message: InboundMessage = { ...where, key: `${person}-${number}`, text: `${person} says ${number}`, origin };
    for (let tries = 0; tries < 20; tries += 1) {
      const accepted = await dispatcher.accept(message).catch(() => null);
      if (accepted?.kind === 'refused') trace.refused.push(accepted.because);
      if (accepted !== null && accepted.kind !== 'refused') trace.promised.add(accepted.id);
      if (accepted !== null) break;
    }
    await clock.sleep(oneOf(random, [0, 0, 5, 50, 1_500]), never());
  }
}

/** A run as the kernel makes one: begins on record, makes some calls, hears what comes, ends on record; or breaks somewhere. */
async function runTurn(turn: Turn, hands: TurnHands, { random, clock, inbox, trace, life }: Place, isNew: boolean) {
  const now = () => Math.trunc(clock.now());
  const ledger: Ledger = hands.bind({
    append: async (entry) => ({ seq: await inbox.append(draftRecord(entry, now())), hash: '' }),
  });
  const append = async (type: 'run-started' | 'message-steered' | 'run-ended', body: JsonObject): Promise<boolean> =>
    ledger.append({ type, body: { run: turn.run, ...body } }).then(
      () => true,
      () => false,
    );
  trace.turns.push({ what: 'began', turn, life });
  const over = (because: string) => {
    trace.turns.push({ what: 'ended', turn, life });
    return { because };
  };
  if (isNew && random() < 0.05) {
    over('');
    throw new Error('no model');
  }
  if (isNew && !(await append('run-started', {}))) {
    await append('run-ended', { phase: 'error', because: 'could not start the run' });
    return over('could not start the run');
  }
  let phase = 'end';
  for (let calls = between(random, 0, 4); calls > 0 && phase === 'end'; calls -= 1) {
    await clock.sleep(between(random, 0, 400), hands.signal);
    if (hands.signal.aborted) phase = 'aborted';
    else for (const message of hands.steer()) if (!(await append('message-steered', { message }))) phase = 'error';
  }
  await append('run-ended', { phase, because: phase });
  return over('');
}

const runsOf = (disk: Disk, type: string): readonly string[] =>
  disk.records.flatMap((record) => (record.type === type && record.run !== null ? [record.run] : []));
const openRuns = (disk: Disk): readonly string[] => {
  const ended = new Set(runsOf(disk, 'run-ended'));
  return runsOf(disk, 'run-started').filter((run) => !ended.has(run));
};
const endRecord = (run: string): RecordDraft =>
  draftRecord({ type: 'run-ended', body: { run, phase: 'error', because: 'its process died' } }, 1);

function fateOf(disk: Disk, run: string, asking: ReadonlySet<string>): RunFate {
  if (asking.has(run)) return { kind: 'asking' };
  const ended = disk.records.find((record) => record.type === 'run-ended' && record.run === run);
  if (ended === undefined) return { kind: 'never-began' };
  const { phase } = JSON.parse(ended.body);
  return { kind: 'over', phase, because: 'its process died' };
}
