// One turn of the model: its stream, read to the end, within bounds. A model that throws, hangs, floods or never stops is
// a fault of the turn, not of the kernel.

import { messageOf } from './checked.ts';
import type { RunPorts } from './run.ts';
import type { Call, Message, ModelEvent } from './types.ts';
import { within } from './within.ts';

/** What the model said. `fault` is empty when the turn is usable. */
export interface Turn {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly tokens: number;
  readonly fault: string;
}

/** Asks the model to continue, handing on its text as it comes. Never throws. */
export async function modelTurn(
  messages: readonly Message[],
  ports: RunPorts,
  signal: AbortSignal,
  said: (text: string) => void,
): Promise<Turn> {
  const { model, tools, system, runLimits: limits, clock } = ports;
  const calls: Call[] = [];
  let text = '';
  const fault = (because: string): Turn => ({ text, calls: [], tokens: 0, fault: because });
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  try {
    const request = { system, messages: [...messages], tools, outputTokensMax: limits.outputTokensPerTurn };
    const stream = model.stream(request, until)[Symbol.asyncIterator]();
    for (;;) {
      const next = await within(() => stream.next(), `the model \`${model.name}\``, limits.silenceMs, clock, signal);
      if (next.done) return fault(`the model \`${model.name}\` ended without saying that it stopped`);
      const event: ModelEvent = next.value;
      if (event.kind === 'text') {
        text += event.text;
        if (text.length > limits.turnCharacters)
          return fault(`the model said more than ${limits.turnCharacters} characters in one turn`);
        said(event.text);
      } else if (event.kind === 'call') {
        calls.push(event.call);
        if (calls.length > limits.callsPerTurn)
          return fault(`the model made more than ${limits.callsPerTurn} calls in one turn`);
      } else if (event.kind === 'stop') {
        const { inputTokens, outputTokens } = event.usage;
        if (event.reason === 'error') return fault(event.because || 'the model failed');
        if (event.reason === 'length' && calls.length === 0) return fault('the model reached its output limit');
        return { text, calls, tokens: inputTokens + outputTokens, fault: '' };
      } else {
        return fault('the model sent an event nobody knows');
      }
    }
  } catch (error) {
    return fault(`the model failed: ${messageOf(error)}`);
  } finally {
    ending.abort();
  }
}
