// One run: the model speaks, its calls go through the passage in order, the model hears the results, until it is done,
// aborted or at a limit. Every run ends with exactly one lifecycle event, always last, and is in the ledger from its first
// moment to that end, with all that was said: another process can go on with it where one died.

import { withdraw } from './ask-ahead.ts';
import { messageOf } from './checked.ts';
import type { RunLimits } from './limits.ts';
import type { CallPorts, Model } from './ports.ts';
import { LedgerHalt } from './records.ts';
import { recordRun } from './run-records.ts';
import { sorted, turns } from './turns.ts';
import type { Call, Caller, JsonObject, Message, RunEvent, Tool } from './types.ts';
import { watchHalts } from './watch-halts.ts';

/** What a run needs beyond the passage. */
export interface RunPorts extends CallPorts {
  readonly model: Model;
  /** What its front needs to go on with the run after a restart; kept in the ledger. */
  readonly task: JsonObject;
  readonly tools: readonly Tool[];
  readonly system: string;
  readonly runLimits: RunLimits;
  /** Messages for this run that came since it was asked last, in order; asked between calls. See `noSteering`. */
  steer(): readonly string[];
}

/** Where a run stands before the model speaks next. */
export interface RunSoFar {
  /** The conversation, from its first message to the last result that is known. */
  readonly messages: readonly Message[];
  /** Calls of the last turn that have no end yet, in the order the model made them. */
  readonly open: readonly Call[];
  /** Labels gathered. */
  readonly labels: readonly string[];
  /** Ids of all calls. */
  readonly calls: readonly string[];
  readonly tokens: number;
  /** How often the model has spoken. */
  readonly turns: number;
}

/** How a run ended, and the conversation with the labels it gathered and the tokens it took. */
export interface RunEnd {
  readonly phase: 'end' | 'error' | 'aborted';
  readonly because: string;
  readonly messages: readonly Message[];
  readonly labels: readonly string[];
  readonly tokens: number;
}

/** Runs one message to its end. Never throws for anything the model, a tool or a port does. */
export async function run(
  message: string,
  history: readonly Message[],
  caller: Caller,
  ports: RunPorts,
  signal: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<RunEnd> {
  const { labels } = caller;
  const messages = [...history, { role: 'user', text: message } as const];
  return fromStart({ messages, open: [], labels, calls: [], tokens: 0, turns: 0 }, caller, ports, signal, emit, () =>
    recordRun(ports, 'run-started', {
      run: caller.run,
      message,
      model: ports.model.name,
      task: ports.task,
      caller,
      policy: ports.policies.current().digest,
      program: ports.recording.program,
      instance: ports.instance,
    }),
  );
}

/**
 * Goes on with a run whose process died, once this process has taken it over on record. Calls that were being asked about
 * go on waiting; none that has an end on record is made again. Never throws.
 */
export const continueRun = (
  soFar: RunSoFar,
  caller: Caller,
  ports: RunPorts,
  signal: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<RunEnd> => fromStart(soFar, caller, ports, signal, emit, async () => true);

async function fromStart(
  soFar: RunSoFar,
  caller: Caller,
  ports: RunPorts,
  signal: AbortSignal,
  emit: (event: RunEvent) => void,
  recordStart: () => Promise<boolean>,
): Promise<RunEnd> {
  const runId = caller.run;
  const going = {
    messages: [...soFar.messages],
    labels: new Set(soFar.labels),
    calls: new Set(soFar.calls),
    asked: new Set<string>(),
    left: new Set<string>(),
    tokens: soFar.tokens,
    turns: soFar.turns,
  };
  const wall = new AbortController();
  const over = ports.clock.sleep(ports.runLimits.wallMs, wall.signal).then(() => wall.abort());
  const brake = watchHalts(caller.agent, ports);
  const aborted = AbortSignal.any([signal, brake.signal]);
  const stop = AbortSignal.any([aborted, wall.signal]);
  const end = async (phase: RunEnd['phase'], because: string): Promise<RunEnd> => {
    await withdraw(new Set([...going.asked, ...going.left]), ports);
    const isRecorded = await recordRun(ports, 'run-ended', { run: runId, phase, because });
    const last = isRecorded
      ? { phase, because }
      : { phase: 'error' as const, because: `${because}; the ledger could not be written` };
    brake.stop();
    wall.abort();
    await over;
    emit({ stream: 'lifecycle', runId, ...last });
    return { ...last, messages: going.messages, labels: sorted(going.labels), tokens: going.tokens };
  };

  emit({ stream: 'lifecycle', phase: 'start', runId });
  if (!(await recordStart())) return end('error', 'could not start the run');
  let ended: [RunEnd['phase'], string];
  try {
    ended = await turns(going, soFar.open, caller, ports, stop, aborted, emit);
    if (ended[0] === 'aborted' && brake.because() !== '') ended = ['aborted', brake.because()];
  } catch (error) {
    ended = ['error', error instanceof LedgerHalt ? error.message : `the run broke: ${messageOf(error)}`];
  }
  return end(...ended);
}
