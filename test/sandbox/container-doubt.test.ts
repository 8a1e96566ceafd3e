import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { defaultSandboxLimits } from '../../src/kernel/limits.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { Outcome } from '../../src/kernel/types.ts';
import { endedOutcome } from '../../src/sandbox/container/ended.ts';
import { type ContainerState, type Engine, EngineError } from '../../src/sandbox/container/engine.ts';
import { collectOutput } from '../../src/sandbox/container/output.ts';
import { runContainer } from '../../src/sandbox/container/run-container.ts';

const ended: ContainerState = { isRunning: false, wasStarted: true, exitStatus: 0, ranOutOfMemory: false };
const silence = new EngineError('the engine said nothing', 0, 'ECONNRESET', undefined);
const refusal = new EngineError('the engine refused', 500, '', undefined);
const fail = (error: Error) => async (): Promise<never> => {
  throw error;
};

/** An engine that does all well, but for what a test says. */
const engineWith = (part: Partial<Engine>): Engine => ({
  userShift: async () => ({ uid: 0, gid: 0 }),
  image: async () => ({ id: 'sha256:0', digests: [] }),
  create: async () => 'id',
  attach: async () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }).destroy(),
  start: async () => {},
  wait: async () => {},
  kill: async () => {},
  inspect: async () => ended,
  sawOutOfMemory: async () => false,
  remove: async () => {},
  list: async () => [],
  ...part,
});

const endWith = (part: Partial<Engine>, wallMs = 60_000): Promise<Outcome> => {
  const settings = { name: 'sallyport-doubt', User: '1:1' };
  const limits = { ...defaultSandboxLimits, wallMs };
  const run = { engine: engineWith(part), clock: systemClock, settings, stdin: undefined, limits, facts: {} };
  return runContainer(run, new AbortController().signal);
};

test('before the start was sent, whatever goes wrong means that nothing ran', async () => {
  for (const part of [{ create: fail(silence) }, { create: fail(refusal) }, { attach: fail(silence) }]) {
    expect(await endWith(part)).toMatchObject({ kind: 'failed', facts: { started: false } });
  }
});

test('a start that was refused, of a container that never ran, means that nothing ran', async () => {
  const never = { ...ended, wasStarted: false };
  const outcome = await endWith({ start: fail(refusal), inspect: async () => never });
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: expect.stringContaining('refused'),
    facts: { started: false },
  });
});

test('a start without an answer is unknown, whatever the engine says afterwards', async () => {
  const never = { ...ended, wasStarted: false };
  expect(await endWith({ start: fail(silence), inspect: async () => never })).toMatchObject({ kind: 'unknown' });
  expect(await endWith({ start: fail(refusal), inspect: async () => ended })).toMatchObject({ kind: 'unknown' });
  expect(await endWith({ start: fail(refusal), inspect: fail(silence) })).toMatchObject({ kind: 'unknown' });
});

test('an end that the engine cannot vouch for is unknown', async () => {
  expect(await endWith({ wait: fail(silence) })).toMatchObject({ kind: 'unknown' });
  expect(await endWith({ inspect: fail(silence) })).toMatchObject({ kind: 'unknown' });
  expect(await endWith({ inspect: async () => ({ ...ended, isRunning: true }) })).toMatchObject({ kind: 'unknown' });
  expect(await endWith({ wait: () => new Promise(() => {}), kill: fail(silence) }, 50)).toMatchObject({
    kind: 'unknown',
  });
});

test('output that could not be read is unknown', () => {
  const output = collectOutput(100);
  output.push(Buffer.from('no frames at all'));
  expect(endedOutcome('exited', { ...ended, signal: 0 }, output, defaultSandboxLimits, {})).toMatchObject({
    kind: 'unknown',
  });
});

test('an end by itself at the very moment of its limit is its own', async () => {
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 100));
  const late = fail(new EngineError('it is not running', 409, '', undefined));
  expect(await endWith({ wait, kill: late }, 20)).toMatchObject({ kind: 'ok', facts: { ending: 'exited' } });
  expect(await endWith({ wait }, 20)).toMatchObject({ kind: 'ok', facts: { ending: 'exited' } });
  const killed = async () => ({ ...ended, exitStatus: 137 });
  expect(await endWith({ wait, inspect: killed }, 20)).toMatchObject({ kind: 'failed', facts: { ending: 'wall' } });
});
