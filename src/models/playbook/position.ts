// Where a conversation stands in a playbook, read from the ids of its calls: nothing is kept between requests, so a resumed
// session goes on where it was. What does not fit the playbook is said, never guessed.

import type { Json, Message } from '../../kernel/types.ts';
import type { Playbook, Turn } from './playbook.ts';
import type { Scope, SeenResult } from './render.ts';

/** The place of one call: step of the conversation, turn, attempt at the turn, call. */
export interface Place {
  readonly step: number;
  readonly turn: string;
  readonly attempt: number;
  readonly call: string;
}

export type Position =
  | {
      readonly kind: 'found';
      readonly scope: Scope;
      /** The turn whose results are in; null at the start. */
      readonly last: { readonly turn: Turn; readonly attempt: number } | null;
      readonly nextStep: number;
      /** Turns taken since the user message. */
      readonly taken: number;
    }
  | { readonly kind: 'lost'; readonly because: string };

/** Id of a call, also acceptable to the model providers as theirs. */
export const callIdOf = ({ step, turn, attempt, call }: Place): string => `${step}_${turn}_${attempt}_${call}`;

/** Finds the position of the conversation. */
export function positionIn(playbook: Playbook, messages: readonly Message[]): Position {
  const begin = messages.findLastIndex((message) => message.role === 'assistant' && message.calls.length === 0) + 1;
  const stepBefore = highestStep(messages.slice(0, begin));
  const current = messages.slice(begin);
  const message = current.find(({ role }) => role === 'user');
  if (message?.role !== 'user') return lost('there is no user message to answer');
  const results = new Map<string, SeenResult>();
  let last: { readonly turn: Turn; readonly attempt: number } | null = null;
  for (const spoken of current) {
    if (spoken.role !== 'assistant') continue;
    for (const call of spoken.calls) {
      const place = placeOf(call.id);
      const turn = place === null ? undefined : playbook.turns.get(place.turn);
      if (place === null || turn?.calls.some(({ id }) => id === place.call) !== true) {
        return lost(`call \`${call.id}\` was not made by this playbook as it is now; start a new session`);
      }
      results.set(place.call, seen(current, call.id));
      last = { turn, attempt: place.attempt };
    }
  }
  const step = Math.max(stepBefore, highestStep(current));
  return {
    kind: 'found',
    scope: { message: message.text, results },
    last,
    nextStep: step + 1,
    taken: step - stepBefore,
  };
}

function placeOf(id: string): Place | null {
  const [, step, turn, attempt, call] = /^(\d{1,7})_([a-z][a-z0-9-]*)_(\d{1,2})_([a-z][a-z0-9-]*)$/.exec(id) ?? [];
  if (step === undefined || turn === undefined || attempt === undefined || call === undefined) return null;
  return { step: Number(step), turn, attempt: Number(attempt), call };
}

function highestStep(messages: readonly Message[]): number {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.calls : []));
  return calls.reduce((highest, { id }) => Math.max(highest, placeOf(id)?.step ?? 0), 0);
}

function seen(messages: readonly Message[], callId: string): SeenResult {
  const answer = messages.findLast((message) => message.role === 'tool' && message.callId === callId);
  if (answer?.role !== 'tool') {
    return { outcome: 'unknown', output: '', because: 'no result of this call is on record', value: '' };
  }
  const { outcome, output, because } = answer.result;
  return { outcome, output, because, value: readOutput(output) };
}

/** Deeper data stays text: walking it could exhaust the stack. */
const depthMax = 32;

/** JSON where the output is an object or array; a lone number or word stays text, because commits can look like numbers. */
export function readOutput(output: string): Json {
  if (!/^\s*[[{]/.test(output)) return output;
  try {
    const value: Json = JSON.parse(output);
    return isWithin(value, depthMax) ? value : output;
  } catch {
    return output;
  }
}

function isWithin(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part: Json) => isWithin(part, depth - 1));
}

const lost = (because: string): Position => ({ kind: 'lost', because });
