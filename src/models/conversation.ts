// The conversation as both providers want it: every call followed at once by its result, under ids they accept. What a
// transcript lacks is named as missing, never made up, and nothing in it makes a provider refuse the whole.

import { createHash } from 'node:crypto';
import type { Json, JsonObject, Message } from '../kernel/types.ts';
import { missingResultText, toolResultText } from './tool-result-text.ts';

export type Exchange =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly AnsweredCall[] };

export interface AnsweredCall {
  /** Unique in the conversation, within what providers accept. */
  readonly id: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly resultText: string;
  readonly isOk: boolean;
}

/** Pairs every call with its result. Empty messages are left out; a result whose call is gone is told as user text. */
export function exchanges(messages: readonly Message[]): readonly Exchange[] {
  const told: Exchange[] = [];
  const used = new Set<Message>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'user' && message.text.trim() !== '') told.push(message);
    if (message.role === 'assistant') {
      const answers = answersTo(messages, index);
      const calls = message.calls.map((call, position): AnsweredCall => {
        const answer = answers.find(({ callId }) => callId === call.id);
        if (answer !== undefined) used.add(answer);
        return {
          id: providerCallId(call.id, index, position),
          tool: call.tool,
          args: argumentsObject(call.args),
          resultText: answer === undefined ? missingResultText : toolResultText(answer.result),
          isOk: answer?.result.outcome === 'ok',
        };
      });
      if (message.text.trim() !== '' || calls.length > 0) told.push({ role: 'assistant', text: message.text, calls });
    }
    if (message.role === 'tool' && !used.has(message)) {
      told.push({
        role: 'user',
        text: `Result of an earlier call of \`${message.tool}\`:\n${toolResultText(message.result)}`,
      });
    }
  }
  return told;
}

type Answered = Extract<Message, { role: 'tool' }>;

/** The results that came before the assistant spoke again: later ones may repeat an id. */
function answersTo(messages: readonly Message[], index: number): readonly Answered[] {
  const later = messages.slice(index + 1);
  const end = later.findIndex(({ role }) => role === 'assistant');
  return (end === -1 ? later : later.slice(0, end)).filter((message) => message.role === 'tool');
}

/** Ids of other providers and of the kernel repeat or do not fit; the place in the conversation makes each unique. */
function providerCallId(id: string, index: number, position: number): string {
  return `call_${createHash('sha256').update(`${index} ${position} ${id}`).digest('hex').slice(0, 24)}`;
}

/** Providers want an object; arguments that were none are shown as what they were. */
function argumentsObject(args: unknown): JsonObject {
  return isJsonObject(args) ? args : { not_an_object: asJson(args) };
}

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function asJson(value: unknown): Json {
  if (typeof value === 'string') return value;
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
