// A run of one call, without a model: what the command line and other programs do. It is in the ledger as every run is, so
// that it can be found, shown and gone on with like one.

import { withdraw } from './ask-ahead.ts';
import { governedCall } from './governed-call.ts';
import type { CallPorts } from './ports.ts';
import { LedgerHalt } from './records.ts';
import { recordRun } from './run-records.ts';
import type { Call, Caller, CallResult, JsonObject, LeftQuestion, Question } from './types.ts';
import { watchHalts } from './watch-halts.ts';

/**
 * Makes one call. `task` is what its front needs to go on with it after a restart.
 * @throws {LedgerHalt} if a record could not be made durable.
 */
export async function runCall(
  call: Call,
  caller: Caller,
  task: JsonObject,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
): Promise<CallResult> {
  const { run } = caller;
  const policy = ports.policies.current().digest;
  const { program } = ports.recording;
  const start = { run, message: '', model: '', task, caller, policy, program, instance: ports.instance };
  if (!(await recordRun(ports, 'run-started', start))) throw new LedgerHalt('could not write the ledger: nothing ran');
  return toItsEnd(caller, ports, signal, (until) => governedCall(call, caller, ports, until, shown));
}

/** Goes on with one call whose process died while people were asked about it, once its run was taken over on record. */
export async function continueCall(
  left: LeftQuestion,
  ports: CallPorts,
  signal: AbortSignal,
  shown: (question: Question) => void,
): Promise<CallResult> {
  const { callId, caller, sealed } = left.question;
  const call = { id: callId, tool: sealed.action.tool, args: sealed.action.args };
  return toItsEnd(caller, ports, signal, async (until) => {
    const result = await governedCall(call, caller, ports, until, shown, left);
    await withdraw(new Set([left.question.id]), ports);
    return result;
  });
}

async function toItsEnd(
  { agent, run }: Caller,
  ports: CallPorts,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<CallResult>,
): Promise<CallResult> {
  const brake = watchHalts(agent, ports);
  const aborted = AbortSignal.any([signal, brake.signal]);
  try {
    const result = await work(aborted);
    const because = brake.because() || result.because;
    const phase = aborted.aborted ? 'aborted' : result.outcome === 'ok' ? 'end' : 'error';
    if (await recordRun(ports, 'run-ended', { run, phase, because })) return result;
  } finally {
    brake.stop();
  }
  throw new LedgerHalt('could not write the ledger: the call ended, and its run stays open until the next start');
}
