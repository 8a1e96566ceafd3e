// One job in a waiting container: one write, then the word of PID 1. INVARIANT: before the job was sent nothing has run, and
// nothing has where PID 1 says so; after it, what neither PID 1 nor the engine can vouch for is `unknown`.

import { messageOf } from '../../kernel/checked.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { JsonObject, Outcome, SandboxLimits } from '../../kernel/types.ts';
import type { ContainerCommand } from './command.ts';
import { type Ending, type EndState, endedOutcome, notStarted, signalIn } from './ended.ts';
import type { Engine } from './engine.ts';
import { encodeJob, type InitFrame } from './job-protocol.ts';
import { killedStatus, withMemoryTold } from './memory-told.ts';
import { collectOutput, floodBytes, type OutputCollector } from './output.ts';
import type { Heard, WaitingContainer } from './waiting-container.ts';
import { whenAborted } from './when-aborted.ts';

/** What one job needs. */
export interface JobRun {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly container: WaitingContainer;
  readonly command: ContainerCommand;
  readonly environment: readonly string[];
  readonly limits: SandboxLimits;
  readonly facts: JsonObject;
}

/** `stale`: the container does not hold its mounts any more; nothing ran, and another one can. */
export type JobOutcome = Outcome | { readonly kind: 'stale' };

type Ended = Extract<InitFrame, { readonly kind: 'ended' }>;

/** PID 1 watches the wall itself; so much later it is not believed to be able to. */
const wallGraceMs = 250;
/** PID 1 ends everything within a millisecond of a hang-up; then the engine is asked to. */
const hangUpMs = 100;
/** Patience with the engine after a kill. */
const killMs = 5_000;
/** How much later than the end of its line a container may end. */
const lateMs = 200;

/** Runs it. The container is of no more use afterwards; the caller closes its line and removes it. Never rejects. */
export async function runJob(run: JobRun, signal: AbortSignal): Promise<JobOutcome> {
  const { container, clock, limits } = run;
  const { token } = container;
  if (signal.aborted) return notStarted('the run was aborted before the call started');
  const output = collectOutput(limits.outputBytes);
  const over = new AbortController();
  const flood = new AbortController();
  const begun = clock.monotonic();
  const beganAt = clock.now();
  try {
    const last = lastWord(run, output, flood);
    const { wallMs } = limits;
    container.send(
      encodeJob({ token, words: run.command.argv, environment: run.environment, wallMs, stdin: run.command.stdin }),
    );
    const stop = await Promise.race<Ending | Heard>([
      last,
      clock.sleep(wallMs + wallGraceMs, over.signal).then(() => 'wall' as const),
      whenAborted(signal, over.signal).then(() => 'aborted' as const),
      whenAborted(flood.signal, over.signal).then(() => 'flood' as const),
    ]);
    const asked = typeof stop === 'string' ? stop : 'exited';
    const heard = typeof stop === 'string' ? await hungUp(run, last, over.signal) : stop;
    const ms = { run: Math.round((clock.monotonic() - begun) * 100) / 100 };
    const facts = { ...run.facts, ms };
    if (heard.kind === 'stale') return heard;
    if (heard.kind === 'refused') return notStarted(`the command was not started: ${heard.because}`);
    if (heard.kind === 'ended' && heard.token.equals(token)) {
      return endedOutcome(endingOf(heard, asked), endStateOf(heard), output, limits, facts);
    }
    if (heard.kind !== 'silence') throw new Error('what its container said made no sense');
    const state = await stateBySilence(run, beganAt);
    const ending = state.exitStatus === killedStatus ? asked : 'exited';
    return endedOutcome(ending, state, output, limits, facts);
  } catch (error) {
    const because = `the command was started, and what became of it is not known: ${messageOf(error)}`;
    return { kind: 'unknown', because, facts: { ...run.facts, started: true } };
  } finally {
    over.abort();
  }
}

/** Collects what is printed, and resolves with whatever else is heard first. */
function lastWord({ container, limits }: JobRun, output: OutputCollector, flood: AbortController): Promise<Heard> {
  const bytesMax = floodBytes(limits.outputBytes);
  return new Promise((resolve) => {
    container.listen((heard) => {
      if (heard.kind !== 'printed') return resolve(heard);
      output.take(heard.stream, heard.bytes);
      if (output.stdoutBytes + output.stderrBytes > bytesMax) flood.abort();
    });
    if (!container.isWaiting) resolve({ kind: 'silence', because: '' });
  });
}

/** Ends the call from here: by the line, and by the engine where that does not help at once. */
async function hungUp({ engine, clock, container }: JobRun, last: Promise<Heard>, over: AbortSignal): Promise<Heard> {
  container.hangUp();
  const quick = await Promise.race([last, clock.sleep(hangUpMs, over).then(() => undefined)]);
  if (quick !== undefined) return quick;
  engine.kill(container.id).catch(() => 'the line or the clock says what became of it');
  const tooLate = clock.sleep(killMs, over).then(() => {
    throw new Error('it was ended, and the engine did not say that it is over');
  });
  tooLate.catch(() => 'the race is decided');
  return Promise.race([last, tooLate]);
}

const endingOf = ({ cause }: Ended, asked: Ending): Ending => {
  if (cause === 'itself') return 'exited';
  return cause === 'wall' || asked === 'exited' ? 'wall' : asked;
};

const endStateOf = ({ exitStatus, signal, memoryKills }: Ended): EndState => ({
  exitStatus: signal === 0 ? exitStatus : 128 + signal,
  signal,
  ranOutOfMemory: memoryKills > 0,
});

/** The line is closed and PID 1 did not say how it ended: whether it is over, and why, the engine has to know. */
async function stateBySilence({ engine, clock, container }: JobRun, since: number): Promise<EndState> {
  let state = await engine.inspect(container.id);
  if (state.isRunning) {
    await clock.sleep(lateMs, new AbortController().signal);
    state = await engine.inspect(container.id);
  }
  if (state.isRunning) throw new Error('its line broke while it ran');
  if (state.exitStatus !== killedStatus) throw new Error(`its container ended with status ${state.exitStatus}`);
  const { exitStatus, ranOutOfMemory } = await withMemoryTold({ engine, clock, id: container.id, since }, state);
  return { exitStatus, signal: signalIn(exitStatus), ranOutOfMemory };
}
