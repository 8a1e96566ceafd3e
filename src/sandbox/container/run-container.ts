// One container from create to the end, for machines without the PID 1 of waiting containers (`init-binary.ts`): attach before start, so that no byte is lost; end it at its limits; ask the engine
// how it ended. INVARIANT: before `start` was sent nothing has run; after it, whatever is in doubt is `unknown`.

import type { Duplex } from 'node:stream';
import { finished } from 'node:stream';
import { messageOf } from '../../kernel/checked.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { JsonObject, Outcome, SandboxLimits } from '../../kernel/types.ts';
import { type Ending, endedOutcome, notStarted, signalIn } from './ended.ts';
import { type ContainerState, type Engine, EngineError } from './engine.ts';
import { killedStatus, withMemoryTold } from './memory-told.ts';
import { collectOutput, floodBytes, type OutputCollector } from './output.ts';
import type { ContainerSettings } from './settings.ts';
import { whenAborted } from './when-aborted.ts';

/** What one run needs. */
export interface ContainerRun {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly settings: ContainerSettings;
  readonly stdin: string | undefined;
  readonly limits: SandboxLimits;
  readonly facts: JsonObject;
}

/** Patience with the engine after a kill, and with the last bytes after an end. */
const endMs = 5_000;
const drainMs = 2_000;
/** How often a container is looked at once its stream is closed and its end is not reported. */
const lookMs = 1_000;

/** The engine says that the container was never started. */
class NeverStarted extends Error {}

/** Runs a container and leaves it to the caller to remove. Never rejects. */
export async function runContainer(run: ContainerRun, signal: AbortSignal): Promise<Outcome> {
  const { engine, clock, limits } = run;
  const begun = clock.monotonic();
  let id: string;
  let stream: Duplex;
  try {
    id = await engine.create(run.settings);
    stream = await engine.attach(id, run.stdin !== undefined);
  } catch (error) {
    return notStarted(`the container could not be made: ${messageOf(error)}`);
  }
  const output = collectOutput(limits.outputBytes);
  const flood = collect(stream, output, floodBytes(limits.outputBytes));
  try {
    if (signal.aborted) return notStarted('the run was aborted before the call started');
    const created = clock.monotonic();
    const beganAt = clock.now();
    await start(engine, id);
    const started = clock.monotonic();
    if (run.stdin !== undefined) stream.end(run.stdin);
    const { ending, state } = await untilOver(run, id, stream, signal, flood);
    const seen = ending === 'exited' ? await withMemoryTold({ engine, clock, id, since: beganAt }, state) : state;
    await drained(stream, clock);
    const ms = {
      create: Math.round(created - begun),
      start: Math.round(started - created),
      run: Math.round(clock.monotonic() - started),
    };
    return endedOutcome(ending, { ...seen, signal: signalIn(seen.exitStatus) }, output, limits, { ...run.facts, ms });
  } catch (error) {
    if (error instanceof NeverStarted) return notStarted(error.message);
    const because = `the command was started, and what became of it is not known: ${messageOf(error)}`;
    return { kind: 'unknown', because, facts: { ...run.facts, started: true } };
  } finally {
    stream.destroy();
  }
}

/** Gathers what comes; the signal aborts when it is far too much. */
function collect(stream: Duplex, output: OutputCollector, bytesMax: number): AbortSignal {
  const flood = new AbortController();
  stream.on('data', (chunk: Buffer) => {
    output.push(chunk);
    if (output.stdoutBytes + output.stderrBytes > bytesMax) flood.abort();
  });
  // A stream that breaks is no end of the container: the engine is asked for that.
  stream.on('error', () => stream.destroy());
  return flood.signal;
}

async function start(engine: Engine, id: string): Promise<void> {
  try {
    await engine.start(id);
  } catch (error) {
    // Only a definite refusal, of a container that has never run, means that nothing ran.
    const isRefused = error instanceof EngineError && error.status >= 400;
    if (!isRefused || (await engine.inspect(id)).wasStarted) throw error;
    throw new NeverStarted(`the container could not be started: ${messageOf(error)}`, { cause: error });
  }
}

/** Waits for the end, and brings it about at the wall, on abort and in a flood. Rejects when there is doubt. */
async function untilOver(
  run: ContainerRun,
  id: string,
  stream: Duplex,
  signal: AbortSignal,
  flood: AbortSignal,
): Promise<{ readonly ending: Ending; readonly state: ContainerState }> {
  const { engine, clock, limits } = run;
  const over = new AbortController();
  const exited = Promise.race([engine.wait(id, over.signal), seenToEnd(run, id, stream, over.signal)]);
  exited.catch(() => 'whoever awaits it hears of it');
  try {
    const ending = await Promise.race<Ending>([
      exited.then(() => 'exited' as const),
      clock.sleep(limits.wallMs, over.signal).then(() => 'wall' as const),
      whenAborted(signal, over.signal).then(() => 'aborted' as const),
      whenAborted(flood, over.signal).then(() => 'flood' as const),
    ]);
    if (ending === 'exited') return { ending, state: await stateAfter(engine, id) };
    const wasRunning = await kill(engine, id);
    const tooLate = clock.sleep(endMs, over.signal).then(() => {
      throw new Error('it was killed, and the engine did not say that it ended');
    });
    await Promise.race([exited, tooLate]);
    const state = await stateAfter(engine, id);
    // Killed containers end with 137: any other status means that it was over by itself just before.
    return { ending: wasRunning && state.exitStatus === killedStatus ? ending : 'exited', state };
  } finally {
    over.abort();
  }
}

/**
 * Resolves when the container is seen not to run any more. An engine that stops breaks off its answer to `wait`, and then
 * that is never settled: so a closed stream is a reason to look.
 */
async function seenToEnd(
  { engine, clock }: ContainerRun,
  id: string,
  stream: Duplex,
  over: AbortSignal,
): Promise<void> {
  await closed(stream);
  do await clock.sleep(lookMs, over);
  while (!over.aborted && (await engine.inspect(id)).isRunning);
}

const closed = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    finished(stream, { writable: false }, () => resolve());
  });

/** True if it was still running. */
async function kill(engine: Engine, id: string): Promise<boolean> {
  try {
    await engine.kill(id);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.status === 409) return false;
    throw error;
  }
}

async function stateAfter(engine: Engine, id: string): Promise<ContainerState> {
  const state = await engine.inspect(id);
  if (state.isRunning) throw new Error('the engine reported its end while it runs');
  return state;
}

/** The engine closes the stream once it has sent everything. */
async function drained(stream: Duplex, clock: Clock): Promise<void> {
  const done = new AbortController();
  await Promise.race([closed(stream), clock.sleep(drainMs, done.signal)]);
  done.abort();
}
