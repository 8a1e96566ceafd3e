// The key of a session: which conversation of which agent. It is the boundary of context and of permission, so a key and its
// text are one to one: no id, however odd, reaches another session.

import { parseSegment, printSegment } from './key-segment.ts';

/** A conversation of an agent. */
export type SessionKey =
  /** `agent:<id>:<name>`: one with a name, such as `main` for all direct chats together. */
  | { readonly kind: 'named'; readonly agent: string; readonly name: string }
  /** `agent:<id>[:<channel>[:<account>]]:direct:<who>`: with one person. */
  | { readonly kind: 'direct'; readonly agent: string; readonly scope: DirectScope; readonly who: Who }
  /** `agent:<id>:<channel>:group:<id>` or `…:channel:<id>`, with `:topic:<threadId>` where there is one. */
  | {
      readonly kind: 'place';
      readonly agent: string;
      readonly channel: string;
      readonly place: 'group' | 'channel';
      readonly id: string;
      /** '' for none. */
      readonly topic: string;
    };

/** How far a conversation with one person reaches. */
export type DirectScope =
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'channel'; readonly channel: string }
  | { readonly kind: 'account'; readonly channel: string; readonly account: string };

/** The other side: an id, as the channel knows it; or a person whom the operator linked, spelled `~name`. */
export type Who = { readonly kind: 'id'; readonly id: string } | { readonly kind: 'person'; readonly name: string };

/** Longer texts are no key: eight parts of ids as long as they may be. */
const keyCharactersMax = 6_400;

/** Words that have a place of their own in keys. */
const reserved: ReadonlySet<string> = new Set(['agent', 'direct', 'group', 'channel', 'topic']);

/** Whether an agent may be called so: it is a folder, too. */
export const isAgentId = (id: string): boolean => /^[A-Za-z0-9][\w.-]{0,63}$/.test(id);

/** Whether a channel may be called so. */
export const isChannelName = (name: string): boolean => /^[a-z][a-z0-9-]{0,63}$/.test(name) && !reserved.has(name);

/** Whether a linked person may be called so. */
export const isPersonName = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,63}$/.test(name);

/**
 * The text of a key.
 * @throws {RangeError} if a part of it cannot be in one; no front hands on such a message.
 */
export function printSessionKey(key: SessionKey): string {
  const text = partsOf(key).join(':');
  if (parseSessionKey(text) === null) throw new RangeError(`could not make a session key of \`${text.slice(0, 200)}\``);
  return text;
}

function partsOf(key: SessionKey): readonly string[] {
  const agent = ['agent', key.agent];
  switch (key.kind) {
    case 'named':
      return [...agent, printSegment(key.name)];
    case 'direct':
      return [...agent, ...scopeParts(key.scope), 'direct', printWho(key.who)];
    case 'place': {
      const topic = key.topic === '' ? [] : ['topic', printSegment(key.topic)];
      return [...agent, key.channel, key.place, printSegment(key.id), ...topic];
    }
    default:
      return key satisfies never;
  }
}

function scopeParts(scope: DirectScope): readonly string[] {
  switch (scope.kind) {
    case 'anywhere':
      return [];
    case 'channel':
      return [scope.channel];
    case 'account':
      return [scope.channel, printSegment(scope.account)];
    default:
      return scope satisfies never;
  }
}

const printWho = (who: Who): string => (who.kind === 'person' ? `~${who.name}` : printSegment(who.id));

/** Reads a key; null if the text is not exactly what `printSessionKey` prints of one. */
export function parseSessionKey(text: string): SessionKey | null {
  if (text.length > keyCharactersMax) return null;
  const [prefix, agent = '', ...rest] = text.split(':');
  if (prefix !== 'agent' || !isAgentId(agent)) return null;
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = rest;
  switch (rest.length) {
    case 1:
      return named(agent, first);
    case 2:
      return first === 'direct' ? direct(agent, { kind: 'anywhere' }, second) : null;
    case 3:
      if (!isChannelName(first)) return null;
      if (second === 'direct') return direct(agent, { kind: 'channel', channel: first }, third);
      return placed(agent, first, second, third, '');
    case 4: {
      const account = parseSegment(second);
      if (!isChannelName(first) || account === null || third !== 'direct') return null;
      return direct(agent, { kind: 'account', channel: first, account }, fourth);
    }
    case 5: {
      const topic = parseSegment(fifth);
      if (!isChannelName(first) || fourth !== 'topic' || topic === null) return null;
      return placed(agent, first, second, third, topic);
    }
    default:
      return null;
  }
}

function named(agent: string, segment: string): SessionKey | null {
  const name = parseSegment(segment);
  return name === null ? null : { kind: 'named', agent, name };
}

function direct(agent: string, scope: DirectScope, segment: string): SessionKey | null {
  const isPerson = segment.startsWith('~');
  if (isPerson && isPersonName(segment.slice(1)))
    return { kind: 'direct', agent, scope, who: { kind: 'person', name: segment.slice(1) } };
  const id = parseSegment(segment);
  return id === null ? null : { kind: 'direct', agent, scope, who: { kind: 'id', id } };
}

function placed(agent: string, channel: string, place: string, segment: string, topic: string): SessionKey | null {
  const id = parseSegment(segment);
  if (id === null || (place !== 'group' && place !== 'channel')) return null;
  return { kind: 'place', agent, channel, place, id, topic };
}
