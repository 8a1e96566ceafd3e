// Whether one more message may wait, and which gives way for it. Pure: decided inside the transaction that writes it down.

import type { StoredMessage } from '../../kernel/inbox.ts';
import { isSameOrigin, type MessageEnd, type QueuedMessage, readMessage, type Summary } from './message.ts';
import type { QueueSettings } from './settings.ts';

export type Admission =
  | { readonly kind: 'refused'; readonly because: string }
  | {
      readonly kind: 'admitted';
      /** The new one, last; before it the one that got a summary, where there is one. */
      readonly messages: readonly QueuedMessage[];
      /** The one that gave way for it, where there is one. */
      readonly gaveWay: { readonly stored: StoredMessage; readonly end: MessageEnd } | null;
    };

const linesMax = 20;
const lineCharacters = 160;

/** Decides about `message`; `isHeld` tells which of the open messages are no longer there to give way. */
export function admit(
  open: readonly StoredMessage[],
  message: QueuedMessage,
  { cap, drop }: QueueSettings,
  isHeld: (id: string) => boolean,
): Admission {
  const waiting = open.filter(({ id, state }) => state === 'waiting' && !isHeld(id));
  const [oldest] = waiting;
  if (oldest === undefined || waiting.length < cap) return { kind: 'admitted', messages: [message], gaveWay: null };
  if (drop === 'new') {
    const because = `${waiting.length} messages wait in this session already: wait for an answer, then send it again`;
    return { kind: 'refused', because };
  }
  const leaving = readMessage(oldest);
  const heir = [...waiting.slice(1).map(readMessage), message].find(({ origin }) =>
    isSameOrigin(origin, leaving.origin),
  );
  if (drop === 'old' || heir === undefined) {
    const end = { kind: 'dropped', because: `more than ${cap} messages waited, and it was the oldest` } as const;
    return { kind: 'admitted', messages: [message], gaveWay: { stored: oldest, end } };
  }
  const end = {
    kind: 'summarized',
    because: `more than ${cap} messages waited: its beginning stays, in a summary`,
  } as const;
  const heard = { ...heir, summary: withLeaving(leaving, heir.summary) };
  const messages = heir.id === message.id ? [heard] : [heard, message];
  return { kind: 'admitted', messages, gaveWay: { stored: oldest, end } };
}

/** The summary that the heir of a message has, with what the message had. */
function withLeaving({ text, summary }: QueuedMessage, later: Summary): Summary {
  const lines = [...summary.lines, firstWords(text), ...later.lines].slice(-linesMax);
  return { count: summary.count + 1 + later.count, lines };
}

function firstWords(text: string): string {
  const line = text.trim().replaceAll(/\s+/gu, ' ');
  return line.length <= lineCharacters
    ? line
    : `${line
        .slice(0, lineCharacters)
        .toWellFormed()
        .replace(/\ufffd$/u, '')}…`;
}
