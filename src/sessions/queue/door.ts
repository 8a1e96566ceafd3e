// Where messages come in: bounded, written down, and the same one only once. Who is refused here is told so; who is not has
// the word of the disk.

import type { InboxChange, StoredMessage } from '../../kernel/inbox.ts';
import { type Admission, admit } from './admit.ts';
import { agree, enter, isHeld, type Lane } from './lane.ts';
import {
  endedMessage,
  endOf,
  type InboundMessage,
  isSameMessage,
  type MessageEnd,
  noSummary,
  type QueuedMessage,
  readMessage,
  storedMessage,
} from './message.ts';
import type { DispatcherOptions, Ended } from './turn.ts';

/** What became of a message at the door. */
export type Accepted =
  | { readonly kind: 'accepted'; readonly id: string }
  /** It was accepted before; `end` is null while it has none, `run` '' while it has none. */
  | { readonly kind: 'known'; readonly id: string; readonly run: string; readonly end: MessageEnd | null }
  | { readonly kind: 'refused'; readonly because: string };

export interface DoorOptions extends Pick<DispatcherOptions, 'inbox' | 'settings' | 'clock' | 'limits' | 'newId'> {
  readonly laneOf: (session: string, agent: string) => Lane;
  /** Something changed in a lane. */
  readonly moved: (lane: Lane) => void;
  readonly over: (ended: Ended) => void;
  /** Tries until it works, or the dispatcher closes. */
  readonly durably: (work: () => Promise<void>) => Promise<void>;
  /** Work that closing waits for. */
  readonly track: (work: Promise<void>) => void;
  readonly isClosed: () => boolean;
}

export interface Door {
  accept(message: InboundMessage): Promise<Accepted>;
  /** Reads what is on disk of a lane. */
  resync(lane: Lane): Promise<void>;
  /** Counts a message that did not come through here. */
  entered(message: QueuedMessage): void;
  left(message: QueuedMessage): void;
  /** Messages in this process without an end. */
  messages(): number;
  /** Resolves when nothing is being accepted any more. */
  closed(): Promise<void>;
}

/** Longest key. */
const keyCharactersMax = 512;

/** What a message takes beside its text. */
const overheadCharacters = 1_024;

/** What the transaction decided. */
type Outcome = { readonly kind: 'known'; readonly stored: StoredMessage } | Admission;

/** With the messages that were there before. */
interface Decided {
  readonly outcome: Outcome;
  readonly before: readonly StoredMessage[];
}

export function createDoor(options: DoorOptions): Door {
  const { inbox, clock, limits } = options;
  const arriving = new Set<Promise<unknown>>();
  const load = { messages: 0, characters: 0 };
  const count = (message: QueuedMessage, by: 1 | -1): void => {
    load.messages += by;
    load.characters += by * (message.text.length + overheadCharacters);
  };

  const whyNot = ({ text, key, session, agent }: InboundMessage, lane: Lane): string => {
    if (options.isClosed()) return 'this gateway is about to stop: send it again when it is back';
    if (lane.agent !== agent) return `session \`${session}\` belongs to agent \`${lane.agent}\``;
    if (text.trim() === '') return 'the message is empty: say something';
    if (!text.isWellFormed()) return 'the message is not well-formed text: send it as UTF-8';
    if (text.length > limits.messageCharacters)
      return `the message has ${text.length} characters, and ${limits.messageCharacters} are allowed: send a file instead`;
    if (key.length > keyCharactersMax)
      return `its key is longer than ${keyCharactersMax} characters: use a shorter one`;
    const isFull = load.messages >= limits.waiting || load.characters + text.length > limits.waitingCharacters;
    return isFull ? `${load.messages} messages wait already, in all sessions: send it again later` : '';
  };

  /** Decides inside the transaction. What it marks as leaving begins no turn until the transaction is over. */
  const decide =
    (message: QueuedMessage, lane: Lane, marked: string[]) =>
    (open: readonly StoredMessage[], known: StoredMessage | null): InboxChange<Decided> => {
      if (known !== null) return unchanged({ kind: 'known', stored: known }, open);
      const { session, origin } = message;
      const admission = admit(open, message, options.settings(session, origin.channel), (id) => isHeld(lane, id));
      if (admission.kind === 'refused') return unchanged(admission, open);
      const { messages, gaveWay } = admission;
      marked.push(...messages.map(({ id }) => id), ...(gaveWay === null ? [] : [gaveWay.stored.id]));
      if (gaveWay !== null) for (const id of marked) lane.leaving.add(id);
      const left = gaveWay === null ? [] : [endedMessage(gaveWay.stored, gaveWay.end, message.at)];
      return {
        next: [...left, ...messages.map(storedMessage)],
        record: null,
        result: () => ({ outcome: admission, before: open }),
      };
    };

  const admitted = (
    message: QueuedMessage,
    lane: Lane,
    { messages, gaveWay }: Extract<Admission, { kind: 'admitted' }>,
  ) => {
    const settings = options.settings(message.session, message.origin.channel);
    const isJoined = lane.running !== null || lane.waiting.length > 0;
    const leaving = lane.waiting.find((one) => one.message.id === gaveWay?.stored.id);
    enter(lane, { message, settings, since: clock.monotonic(), isJoined }, messages, leaving?.message.id ?? '');
    if (settings.mode === 'interrupt') lane.running?.abort.abort();
    if (leaving !== undefined && gaveWay !== null)
      options.over({ message: leaving.message, run: '', end: gaveWay.end });
  };

  /** Takes in what is on disk although nobody here heard of it, and lets go of what has its end there. */
  const agreeOn = (open: readonly StoredMessage[], lane: Lane): void => {
    const gone = agree(lane, open, (stored) => {
      const message = readMessage(stored);
      const settings = options.settings(message.session, message.origin.channel);
      count(message, 1);
      return { message, settings, since: clock.monotonic(), isJoined: true };
    });
    for (const { message } of gone) options.track(tellEnd(message));
  };
  const tellEnd = async (message: QueuedMessage): Promise<void> => {
    const stored = await inbox.message(message.id).catch(() => null);
    const end = stored === null ? null : endOf(stored);
    if (end === null) count(message, -1);
    else options.over({ message, run: stored?.run ?? '', end });
  };

  /** Reads what is on disk until that works; nothing begins before. */
  const resync = async (lane: Lane): Promise<void> => {
    lane.isUnsure = true;
    lane.arriving += 1;
    await options.durably(async () => {
      const { session } = lane;
      const look = (open: readonly StoredMessage[]) => ({ next: [], record: null, result: () => open });
      agreeOn(await inbox.changeInbox(session, '', look), lane);
      lane.isUnsure = false;
    });
    lane.arriving -= 1;
    options.moved(lane);
  };

  const accept = async (inbound: InboundMessage): Promise<Accepted> => {
    const lane = options.laneOf(inbound.session, inbound.agent);
    const because = whyNot(inbound, lane);
    if (because !== '') {
      options.moved(lane);
      return { kind: 'refused', because };
    }
    const message = { ...inbound, id: options.newId(), summary: noSummary, at: Math.trunc(clock.now()) };
    const marked: string[] = [];
    let isAdmitted = false;
    lane.arriving += 1;
    count(message, 1);
    try {
      const deciding = decide(message, lane, marked);
      const { outcome, before } = await inbox.changeInbox(message.session, message.key, deciding);
      agreeOn(before, lane);
      if (outcome.kind === 'refused') return outcome;
      if (outcome.kind === 'known') return again(outcome.stored, inbound);
      isAdmitted = true;
      for (const id of marked) lane.leaving.delete(id);
      admitted(message, lane, outcome);
      return { kind: 'accepted', id: message.id };
    } catch (error) {
      options.track(resync(lane));
      throw error;
    } finally {
      for (const id of marked) lane.leaving.delete(id);
      if (!isAdmitted) count(message, -1);
      lane.arriving -= 1;
      options.moved(lane);
    }
  };

  return {
    accept(inbound) {
      const accepting = accept(inbound);
      arriving.add(accepting);
      const forget = () => arriving.delete(accepting);
      accepting.then(forget, forget);
      return accepting;
    },
    resync,
    entered: (message) => count(message, 1),
    left: (message) => count(message, -1),
    messages: () => load.messages,
    async closed() {
      while (arriving.size > 0) await Promise.allSettled(arriving);
    },
  };
}

const unchanged = (outcome: Outcome, before: readonly StoredMessage[]): InboxChange<Decided> => ({
  next: [],
  record: null,
  result: () => ({ outcome, before }),
});

function again(stored: StoredMessage, inbound: InboundMessage): Accepted {
  if (!isSameMessage(stored, inbound))
    return { kind: 'refused', because: `another message was sent under the key \`${inbound.key}\`: use a new one` };
  return { kind: 'known', id: stored.id, run: stored.run, end: endOf(stored) };
}
