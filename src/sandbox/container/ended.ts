// What the end of a container comes to, from the engine's own word and never from what the program printed.

import type { JsonObject, Outcome, SandboxLimits } from '../../kernel/types.ts';
import type { ContainerState } from './engine.ts';
import type { OutputCollector } from './output.ts';

/** Why it is over: by itself, or because it was ended. */
export type Ending = 'exited' | 'wall' | 'aborted' | 'flood';

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
  state: ContainerState,
  output: OutputCollector,
  limits: SandboxLimits,
  more: JsonObject,
): Outcome {
  const facts = {
    ...more,
    started: true,
    ending,
    exitStatus: state.exitStatus,
    signal: signalOf(state.exitStatus),
    outOfMemory: state.ranOutOfMemory,
    stdoutBytes: output.stdoutBytes,
    stderrBytes: output.stderrBytes,
  };
  if (output.isBroken) return { kind: 'unknown', because: 'what the command printed could not be read', facts };
  const printed = { output: output.text(), truncated: output.isTruncated, facts };
  const because = failureOf(ending, state, limits);
  return because === '' ? { kind: 'ok', ...printed } : { kind: 'failed', because, ...printed };
}

function failureOf(ending: Ending, state: ContainerState, limits: SandboxLimits): string {
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

function exitFailure({ exitStatus, ranOutOfMemory }: ContainerState, limits: SandboxLimits): string {
  if (exitStatus === 0) return '';
  if (ranOutOfMemory) return `ran out of its ${limits.memoryMiB} MiB of memory; a rule can grant more \`memoryMiB\``;
  const signal = signalOf(exitStatus);
  return signal === 0
    ? `exited with status ${exitStatus}`
    : `exited with status ${exitStatus} (ended by signal ${signal})`;
}

/** Shells and init processes report the end by signal N as status 128 + N; 0 where it was no signal. */
const signalOf = (exitStatus: number): number => (exitStatus > 128 && exitStatus <= 128 + 64 ? exitStatus - 128 : 0);
