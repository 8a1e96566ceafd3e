// One run: the model speaks, its calls go through the passage in order, the model hears the results, until it is done,
// aborted or at a limit. Every run ends with exactly one lifecycle event, always last, and is in the ledger from its first
// moment to that end.

import { jsonCopy } from './canonical.ts';
import { messageOf } from './checked.ts';
import { governedCall } from './governed-call.ts';
import type { RunLimits } from './limits.ts';
import { modelTurn } from './model-turn.ts';
import type { CallPorts, LedgerEntry, Model } from './ports.ts';
import { LedgerHalt } from './records.ts';
import type { Call, Caller, Message, RunEvent, Tool } from './types.ts';
import { within } from './within.ts';

/** What a run needs beyond the passage. */
export interface RunPorts extends CallPorts {
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly system: string;
  readonly runLimits: RunLimits;
}

/** How a run ended, and the conversation with the labels it gathered. */
export interface RunEnd {
  readonly phase: 'end' | 'error' | 'aborted';
  readonly because: string;
  readonly messages: readonly Message[];
  readonly labels: readonly string[];
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
  const runId = caller.run;
  const messages: Message[] = [...history, { role: 'user', text: message }];
  const labels = new Set(caller.labels);
  const wall = new AbortController();
  const over = ports.clock.sleep(ports.runLimits.wallMs, wall.signal).then(() => wall.abort());
  const stop = AbortSignal.any([signal, wall.signal]);
  const end = async (phase: RunEnd['phase'], because: string): Promise<RunEnd> => {
    const isRecorded = await recordRun(ports, 'run-ended', { run: runId, phase, because });
    const last = isRecorded
      ? { phase, because }
      : { phase: 'error' as const, because: `${because}; the ledger could not be written` };
    wall.abort();
    await over;
    emit({ stream: 'lifecycle', runId, ...last });
    return { ...last, messages, labels: [...labels].sort() };
  };

  emit({ stream: 'lifecycle', phase: 'start', runId });
  const isStarted = await recordRun(ports, 'run-started', {
    run: runId,
    message,
    model: ports.model.name,
    caller,
    policy: ports.policies.current().digest,
    instance: ports.instance,
  });
  if (!isStarted) return end('error', 'could not start the run');
  let ended: [RunEnd['phase'], string];
  try {
    ended = await turns(messages, labels, caller, ports, stop, signal, emit);
  } catch (error) {
    ended = ['error', error instanceof LedgerHalt ? error.message : `the run broke: ${messageOf(error)}`];
  }
  return end(...ended);
}

/** The loop itself. Adds to `messages` and `labels` as it goes; returns how it ended. */
async function turns(
  messages: Message[],
  labels: Set<string>,
  caller: Caller,
  ports: RunPorts,
  stop: AbortSignal,
  aborted: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<[RunEnd['phase'], string]> {
  const { runLimits: limits } = ports;
  const runId = caller.run;
  const seen = new Set<string>();
  let tokens = 0;
  for (let turn = 0; turn < limits.turns; turn += 1) {
    const said = await modelTurn(messages, ports, stop, (text) => emit({ stream: 'assistant', runId, text }));
    if (aborted.aborted) return ['aborted', 'the run was aborted'];
    if (stop.aborted) return ['error', `the run took longer than ${limits.wallMs} ms`];
    if (said.fault !== '') return ['error', said.fault];
    tokens += said.tokens;
    const calls = said.calls.map((call) => named(call, seen));
    messages.push({ role: 'assistant', text: said.text, calls });
    if (calls.length === 0) return ['end', ''];
    for (const [index, call] of calls.entries()) {
      if (aborted.aborted) return ['aborted', 'the run was aborted'];
      if (seen.size > limits.calls) return ['error', `the run made more than ${limits.calls} calls`];
      emit({ stream: 'tool', phase: 'proposed', runId, call });
      const spent = { calls: seen.size - calls.length + index, tokens };
      const asker = { ...caller, labels: [...labels].sort(), spent };
      const result = await governedCall(call, asker, ports, stop, (question) =>
        emit({ stream: 'tool', phase: 'asked', runId, callId: call.id, question }),
      );
      if (result.outcome !== 'refused') for (const label of result.labels) labels.add(label);
      messages.push({ role: 'tool', callId: call.id, tool: call.tool, result });
      emit({ stream: 'tool', phase: 'finished', runId, call, result });
    }
    if (tokens > limits.tokens) return ['error', `the run used more than ${limits.tokens} tokens`];
  }
  return ['error', `the run took more than ${limits.turns} turns`];
}

/** The call under an id that is unique in this run and short enough to keep. */
function named(call: Call, seen: Set<string>): Call {
  const isUsable = typeof call.id === 'string' && /^[\w.:-]{1,128}$/.test(call.id) && !seen.has(call.id);
  const id = isUsable ? call.id : `call-${seen.size + 1}`;
  seen.add(id);
  return { id, tool: String(call.tool), args: call.args };
}

async function recordRun(ports: RunPorts, type: LedgerEntry['type'], body: object): Promise<boolean> {
  const { ledger, clock, limits, redact } = ports;
  const never = new AbortController().signal;
  try {
    const entry = { type, body: jsonCopy(body, redact) };
    await within(() => ledger.append(entry), 'writing the ledger', limits.ledgerMs, clock, never);
    return true;
  } catch {
    // The caller ends the run with an error: without a record there is no run.
    return false;
  }
}
