// Messages that reach a run under way. They are heard between its calls; what the model had planned before it heard them is
// not made. What always holds: a message is on record before the run goes by it, and the model hears it after the results
// of the calls that it came between.

import { LedgerHalt } from './records.ts';
import type { RunPorts } from './run.ts';
import { recordRun } from './run-records.ts';
import type { Caller } from './types.ts';

/** What the model hears of a call that was not made because of a message. */
export const overtaken = 'it was not made: a message came in first, see below; make it again if it still fits';

/** For runs that nobody can reach. */
export const noSteering = (): readonly string[] => [];

/**
 * The messages that came meanwhile, on record; `turn` is the one whose calls they came between.
 * @throws {LedgerHalt} if one could not be written down.
 */
export async function hearMessages(caller: Caller, turn: number, ports: RunPorts): Promise<readonly string[]> {
  const messages = ports.steer();
  for (const message of messages) {
    if (!(await recordRun(ports, 'message-steered', { run: caller.run, turn, message })))
      throw new LedgerHalt('could not write down a message that came in meanwhile');
  }
  return messages;
}

/** Ports under which a call comes to its end like any other, but is not made. */
export const withoutEffect = (ports: RunPorts): RunPorts => ({
  ...ports,
  halts: { ...ports.halts, reason: async () => overtaken },
});
