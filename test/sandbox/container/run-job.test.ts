import { expect, test } from 'vitest';
import { defaultSandboxLimits } from '../../../src/kernel/limits.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { type ContainerState, type Engine, EngineError } from '../../../src/sandbox/container/engine.ts';
import { type JobOutcome, runJob } from '../../../src/sandbox/container/run-job.ts';
import type { Heard, WaitingContainer } from '../../../src/sandbox/container/waiting-container.ts';

const killed: ContainerState = { isRunning: false, wasStarted: true, exitStatus: 137, ranOutOfMemory: false };
const silence: Heard = { kind: 'silence', because: '' };
const gone = async (): Promise<never> => {
  throw new EngineError('the engine is gone', 0, 'ECONNREFUSED', undefined);
};

/** What a container does with its job, and when the line is hung up; `say` is heard by the kernel. */
interface Behaviour {
  readonly onJob?: (say: (heard: Heard) => void, token: Buffer) => void;
  readonly onHangUp?: (say: (heard: Heard) => void, token: Buffer) => void;
  readonly engine?: Partial<Engine>;
  readonly wallMs?: number;
  readonly signal?: AbortSignal;
}

const end = (token: Buffer, more: object = {}): Heard => ({
  kind: 'ended',
  token,
  cause: 'itself',
  exitStatus: 0,
  signal: 0,
  memoryKills: 0,
  ranMs: 1,
  ...more,
});

async function outcomeOf(
  behaviour: Behaviour,
): Promise<{ readonly outcome: JobOutcome; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let listener: (heard: Heard) => void = () => {};
  let token = Buffer.alloc(0);
  const say = (heard: Heard) => queueMicrotask(() => listener(heard));
  const container: WaitingContainer = {
    id: 'id',
    name: 'name',
    token: Buffer.alloc(16, 7),
    isWaiting: true,
    send: (bytes) => {
      asked.push('send');
      token = Buffer.from(bytes.subarray(8, 24));
      behaviour.onJob?.(say, token);
    },
    hangUp: () => {
      asked.push('hang up');
      behaviour.onHangUp?.(say, token);
    },
    listen: (next) => {
      listener = next;
    },
    close: () => {},
  };
  const engine: Engine = {
    userShift: async () => ({ uid: 0, gid: 0 }),
    image: async () => ({ id: '', digests: [] }),
    create: async () => '',
    attach: gone,
    start: async () => {},
    wait: async () => {},
    kill: async () => {
      asked.push('kill');
      say(silence);
    },
    inspect: async () => killed,
    sawOutOfMemory: async () => false,
    remove: async () => {},
    list: async () => [],
    ...behaviour.engine,
  };
  const limits = { ...defaultSandboxLimits, wallMs: behaviour.wallMs ?? 60_000 };
  const command = { argv: ['true'], stdin: undefined };
  const run = { engine, clock: systemClock, container, command, environment: [], limits, facts: {} };
  return { outcome: await runJob(run, behaviour.signal ?? new AbortController().signal), asked };
}

test('an aborted call sends no job', async () => {
  const { outcome, asked } = await outcomeOf({ signal: AbortSignal.abort() });
  expect(outcome).toMatchObject({ kind: 'failed', facts: { started: false } });
  expect(asked).toEqual([]);
});

test('an end with another token is not believed', async () => {
  const { outcome } = await outcomeOf({ onJob: (say) => say(end(Buffer.alloc(16))) });
  expect(outcome).toMatchObject({ kind: 'unknown', because: expect.stringMatching(/made no sense/) });
});

test('a container that says it is ready once more is not believed', async () => {
  const { outcome } = await outcomeOf({ onJob: (say) => say({ kind: 'ready', closesSetuid: true, mountinfo: '' }) });
  expect(outcome).toMatchObject({ kind: 'unknown' });
});

test('silence that the engine cannot explain is unknown', async () => {
  const onJob = (say: (heard: Heard) => void) => say(silence);
  for (const inspect of [
    gone,
    async () => ({ ...killed, isRunning: true }),
    async () => ({ ...killed, exitStatus: 71 }),
    async () => ({ ...killed, exitStatus: 0 }),
  ]) {
    expect((await outcomeOf({ onJob, engine: { inspect } })).outcome).toMatchObject({ kind: 'unknown' });
  }
});

test('silence after a kill from outside, or for want of memory, is what the engine says', async () => {
  const onJob = (say: (heard: Heard) => void) => say(silence);
  expect((await outcomeOf({ onJob })).outcome).toMatchObject({
    kind: 'failed',
    facts: { signal: 9, ending: 'exited' },
  });
  const inspect = async () => ({ ...killed, ranOutOfMemory: true });
  const { outcome } = await outcomeOf({ onJob, engine: { inspect } });
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/of memory/) });
});

test('what PID 1 did not begin has not run', async () => {
  const refused = await outcomeOf({ onJob: (say) => say({ kind: 'refused', because: 'no pipes' }) });
  expect(refused.outcome).toMatchObject({
    kind: 'failed',
    because: expect.stringMatching(/no pipes/),
    facts: { started: false },
  });
  expect((await outcomeOf({ onJob: (say) => say({ kind: 'stale' }) })).outcome).toEqual({ kind: 'stale' });
});

test('PID 1 that does not hear a hang-up is ended by the engine, and one that nobody can end is unknown', async () => {
  const abort = new AbortController();
  const onJob = () => abort.abort();
  const ended = await outcomeOf({ onJob, signal: abort.signal });
  expect(ended.asked).toEqual(['send', 'hang up', 'kill']);
  expect(ended.outcome).toMatchObject({ kind: 'failed', facts: { ending: 'aborted', signal: 9 } });
  const never = await outcomeOf({ wallMs: 1, engine: { kill: gone } });
  expect(never.outcome).toMatchObject({
    kind: 'unknown',
    because: expect.stringMatching(/did not say that it is over/),
  });
});

test('an end by itself at the moment of a hang-up is its own, one by the hang-up is not', async () => {
  for (const [cause, ending] of [
    ['itself', 'exited'],
    ['closed', 'aborted'],
    ['wall', 'wall'],
  ]) {
    const abort = new AbortController();
    const { outcome, asked } = await outcomeOf({
      signal: abort.signal,
      onJob: () => abort.abort(),
      onHangUp: (say, token) => say(end(token, { cause, ...(cause === 'itself' ? {} : { signal: 9 }) })),
    });
    expect(outcome).toMatchObject({ facts: { ending } });
    expect(asked).toEqual(['send', 'hang up']);
  }
});
