// A message in the queue of its session, and as the inbox keeps it. What was answered is forgotten but for its key, its
// digest and its end: the ledger and the transcript keep what was said.

import { z } from 'zod';
import { canonicalJson, digestOf, jsonCopy } from '../../kernel/canonical.ts';
import type { StoredMessage } from '../../kernel/inbox.ts';
import type { Caller } from '../../kernel/types.ts';

/** In whose name a message came, and how. Messages of different origins never share a turn: a turn has one caller. */
export type Origin = Pick<Caller, 'sender' | 'roles' | 'requestedBy' | 'channel' | 'trigger' | 'labels'>;

/** A message, as a front hands it over once it knows who sent it and where it belongs. */
export interface InboundMessage {
  readonly session: string;
  readonly agent: string;
  /** The same message sent again comes with the same key; '' for none. */
  readonly key: string;
  readonly text: string;
  readonly origin: Origin;
}

/** What is left of messages that gave way. */
export interface Summary {
  readonly count: number;
  /** The first words of the newest of them. */
  readonly lines: readonly string[];
}

export interface QueuedMessage extends InboundMessage {
  readonly id: string;
  /** Of those of the same origin that came just before it and gave way. */
  readonly summary: Summary;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** How a message ended: each does exactly once. */
export interface MessageEnd {
  readonly kind: 'answered' | 'failed' | 'aborted' | 'summarized' | 'dropped';
  /** For a person; '' where it was answered. */
  readonly because: string;
}

export const noSummary: Summary = Object.freeze({ count: 0, lines: Object.freeze([]) });

export const isSameOrigin = (one: Origin, other: Origin): boolean => canonicalJson(one) === canonicalJson(other);

/** Over what has to be the same where the same key comes again. */
const digestOfMessage = ({ text, origin, agent }: InboundMessage): string => digestOf({ text, origin, agent });

/** Whether what the inbox has under this key is this message. */
export const isSameMessage = (stored: StoredMessage, message: InboundMessage): boolean =>
  stored.document.digest === digestOfMessage(message);

/** The message as the inbox keeps it until it ends. */
export const storedMessage = (message: QueuedMessage): StoredMessage => {
  const { id, session, agent, key, at, text, origin, summary } = message;
  const document = jsonCopy({ text, origin, summary, digest: digestOfMessage(message) });
  return { id, session, agent, key, state: 'waiting', run: '', at, document };
};

/** The message at its end, at the moment `at`. */
export const endedMessage = (stored: StoredMessage, end: MessageEnd, at: number): StoredMessage => ({
  ...stored,
  state: 'done',
  at,
  document: { digest: stored.document.digest ?? '', end: { kind: end.kind, because: end.because } },
});

const text = z.string();
const texts = z.array(text);
const open = z.object({
  text,
  origin: z.object({
    sender: text,
    roles: texts,
    requestedBy: text,
    channel: text,
    trigger: text,
    labels: texts,
  }),
  summary: z.object({ count: z.number().int(), lines: texts }),
});
const done = z.object({
  end: z.object({ kind: z.enum(['answered', 'failed', 'aborted', 'summarized', 'dropped']), because: text }),
});

/**
 * Reads a message that has no end yet.
 * @throws {ZodError} if it is none.
 */
export function readMessage({ id, session, agent, key, at, document }: StoredMessage): QueuedMessage {
  return { id, session, agent, key, at, ...open.parse(document) };
}

/** The end of a message; null while it has none. */
export function endOf({ state, document }: StoredMessage): MessageEnd | null {
  return state === 'done' ? done.parse(document).end : null;
}

/** What the model hears of these messages. */
export const turnText = (messages: readonly QueuedMessage[]): string =>
  messages.map(({ text, summary }) => `${spellSummary(summary)}${text}`).join('\n\n');

function spellSummary({ count, lines }: Summary): string {
  if (count === 0) return '';
  const left = count > lines.length ? `; the last ${lines.length} began` : ', which began';
  return `[${count} earlier message${count === 1 ? '' : 's'} gave way to later ones${left}:\n${lines.map((line) => `- ${line}`).join('\n')}]\n\n`;
}
