// The loop of a run: the model speaks, its calls go through the passage one after the other, it hears how they ended. What
// always holds: what the model said is on disk before any of its calls is made, and a call whose end is on record is not made
// again.

import { askAhead, withdraw } from './ask-ahead.ts';
import { governedCall } from './governed-call.ts';
import { modelTurn } from './model-turn.ts';
import type { RunEnd, RunPorts } from './run.ts';
import { recordTurn } from './run-records.ts';
import { hearMessages, withoutEffect } from './steer.ts';
import type { Call, Caller, LeftQuestion, Message, RunEvent } from './types.ts';

/** A run in this process. */
export interface Going {
  readonly messages: Message[];
  readonly labels: Set<string>;
  readonly calls: Set<string>;
  /** Questions that were asked ahead of their calls. */
  readonly asked: Set<string>;
  /** Questions that its calls left open in a process that died. */
  readonly left: Set<string>;
  tokens: number;
  turns: number;
}

/** Labels in order. */
export const sorted = (labels: ReadonlySet<string>): readonly string[] => [...labels].sort();

/** The loop itself. Adds to what is going as it goes; returns how it ended. */
export async function turns(
  going: Going,
  open: readonly Call[],
  caller: Caller,
  ports: RunPorts,
  stop: AbortSignal,
  aborted: AbortSignal,
  emit: (event: RunEvent) => void,
): Promise<[RunEnd['phase'], string]> {
  const { runLimits: limits } = ports;
  const runId = caller.run;
  // It had said its last word when its process died.
  if (open.length === 0 && going.messages.at(-1)?.role === 'assistant') return ['end', ''];
  for (const { id } of open) {
    const left = await ports.approvals.left(runId, id);
    if (left !== null) going.left.add(left.question.id);
  }
  for (let calls = open, isResumed = open.length > 0; ; isResumed = false) {
    if (!isResumed) {
      if (going.turns >= limits.turns) return ['error', `the run took more than ${limits.turns} turns`];
      const said = await modelTurn(going.messages, ports, stop, (text) => emit({ stream: 'assistant', runId, text }));
      if (aborted.aborted) return ['aborted', 'the run was aborted'];
      if (stop.aborted) return ['error', `the run took longer than ${limits.wallMs} ms`];
      if (said.fault !== '') return ['error', said.fault];
      going.tokens += said.tokens;
      calls = said.calls.map((call) => named(call, going.calls));
      if (!(await recordTurn(caller, going.turns, { ...said, calls }, ports)))
        return ['error', 'could not write down what the model said'];
      going.turns += 1;
      going.messages.push({ role: 'assistant', text: said.text, calls });
      if (calls.length === 0) return ['end', ''];
      const spent = { calls: going.calls.size - calls.length, tokens: going.tokens };
      const questions = await askAhead(calls, { ...caller, labels: sorted(going.labels), spent }, ports, stop);
      for (const { id } of questions) going.asked.add(id);
      if (questions.length > 0) emit({ stream: 'tool', phase: 'planned', runId, questions });
    }
    const heard: string[] = [];
    const hear = async () => {
      if (stop.aborted) return;
      const news = await hearMessages(caller, going.turns - 1, ports);
      if (news.length > 0) await withdraw(going.asked, ports);
      heard.push(...news);
    };
    for (const [index, call] of calls.entries()) {
      if (aborted.aborted) return ['aborted', 'the run was aborted'];
      if (going.calls.size > limits.calls) return ['error', `the run made more than ${limits.calls} calls`];
      emit({ stream: 'tool', phase: 'proposed', runId, call });
      await hear();
      const spent = { calls: going.calls.size - calls.length + index, tokens: going.tokens };
      const asker = { ...caller, labels: sorted(going.labels), spent };
      const left = isResumed ? await ports.approvals.left(runId, call.id) : null;
      const result = await governedCall(
        asAsked(call, left),
        asker,
        heard.length === 0 ? ports : withoutEffect(ports),
        stop,
        (question) => {
          if (!going.asked.has(question.id)) emit({ stream: 'tool', phase: 'asked', runId, callId: call.id, question });
        },
        left,
      );
      if (result.outcome !== 'refused') for (const label of result.labels) going.labels.add(label);
      going.messages.push({ role: 'tool', callId: call.id, tool: call.tool, result });
      emit({ stream: 'tool', phase: 'finished', runId, call, result });
    }
    await hear();
    for (const text of heard) going.messages.push({ role: 'user', text });
    if (going.tokens > limits.tokens) return ['error', `the run used more than ${limits.tokens} tokens`];
  }
}

/** The call as people were asked about it: what its record keeps of its arguments may lack what is private. */
const asAsked = (call: Call, left: LeftQuestion | null): Call =>
  left === null ? call : { ...call, args: left.question.sealed.action.args };

/** The call under an id that is unique in this run and short enough to keep. */
function named(call: Call, seen: Set<string>): Call {
  const isUsable = typeof call.id === 'string' && /^[\w.:-]{1,128}$/.test(call.id) && !seen.has(call.id);
  const id = isUsable ? call.id : `call-${seen.size + 1}`;
  seen.add(id);
  return { id, tool: String(call.tool), args: call.args };
}
