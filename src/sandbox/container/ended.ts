// What the end of a call comes to, from the word of PID 1 or of the engine and never from what the program printed.

import type { JsonObject, Outcome, SandboxLimits } from '../../kernel/types.ts';
import type { OutputCollector } from './output.ts';

/** Why it is over: by itself, or because it was ended. */
export type Ending = 'exited' | 'wall' | 'aborted' | 'flood';

/** How it ended: with a status or by a signal, as far as that is known, and whether memory ran out. */
export interface EndState {
  /** 128 and the signal where it was one, as shells have it. */
  readonly exitStatus: number;
  /** 0 where it was none. */
  readonly signal: number;
  readonly ranOutOfMemory: boolean;
}

/** A call that was prevented from starting: nothing has run. */
export const notStarted = (because: string): Outcome => ({
  kind: 'failed',
  because,
  output: '',
  truncated: false,
  facts: { started: false },
});

/** The outcome of a container that ran and is certainly over. */
export function endedOutcome(
  ending: Ending,
  state: EndState,
  output: OutputCollector,
  limits: SandboxLimits,
  more: JsonObject,
): Outcome {
  const facts = {
    ...more,
    started: true,
    ending,
    exitStatus: state.exitStatus,
    signal: state.signal,
    outOfMemory: state.ranOutOfMemory,
    stdoutBytes: output.stdoutBytes,
    stderrBytes: output.stderrBytes,
  };
  if (output.isBroken) return { kind: 'unknown', because: 'what the command printed could not be read', facts };
  const printed = { output: output.text(), truncated: output.isTruncated, facts };
  const because = failureOf(ending, state, limits);
  return because === '' ? { kind: 'ok', ...printed } : { kind: 'failed', because, ...printed };
}

function failureOf(ending: Ending, state: EndState, limits: SandboxLimits): string {
  switch (ending) {
    case 'wall':
      return `ran longer than ${limits.wallMs} ms and was ended; a rule can grant more \`wallMs\``;
    case 'aborted':
      return 'was ended because the run was aborted';
    case 'flood':
      return `printed far more than ${limits.outputBytes} bytes and was ended; a rule can grant more \`outputBytes\``;
    case 'exited':
      return exitFailure(state, limits);
    default:
      return ending satisfies never;
  }
}

function exitFailure({ exitStatus, signal, ranOutOfMemory }: EndState, limits: SandboxLimits): string {
  if (exitStatus === 0) return '';
  if (ranOutOfMemory) return `ran out of its ${limits.memoryMiB} MiB of memory; a rule can grant more \`memoryMiB\``;
  return signal === 0
    ? `exited with status ${exitStatus}`
    : `exited with status ${exitStatus} (ended by signal ${signal})`;
}

/** The signal in a status of which nothing more is known: shells and the engine report signal N as 128 + N. */
export const signalIn = (exitStatus: number): number =>
  exitStatus > 128 && exitStatus <= 128 + 64 ? exitStatus - 128 : 0;
