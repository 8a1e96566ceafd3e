// Which agent answers a message that came in, and in which session. The most specific binding wins, so the order in which
// they are written never matters; nothing that a message says can name an agent or a session.

import { printSessionKey, type SessionKey, type Who } from './session-key.ts';

/** Where a message came from, as its channel knows it. Set by the front, never by the text. */
export interface Origin {
  /** Kind of the messenger: `telegram`, `slack`, … */
  readonly channel: string;
  /** Which of our own accounts there heard it. */
  readonly account: string;
  /** Guild, team or workspace it was said in; '' for none. */
  readonly space: string;
  readonly peer: Peer;
  /** Thread or topic within a group or channel; '' for none. */
  readonly topic: string;
}

/** With whom or where it was said: one person, a group, or a channel of a guild or team. */
export interface Peer {
  readonly kind: 'direct' | 'group' | 'channel';
  readonly id: string;
}

/** Messages that an agent answers. Null is any. */
export interface Binding {
  readonly agent: string;
  readonly channel: string;
  readonly account: string | null;
  readonly space: string | null;
  readonly peer: Peer | null;
}

/** Who shares a session in direct chats. */
export type DmScope = 'main' | 'per-peer' | 'per-channel-peer' | 'per-account-channel-peer';

/** What the operator set. */
export interface Routing {
  readonly bindings: readonly Binding[];
  readonly defaultAgent: string;
  /** Name of the session that direct chats share with `main`. */
  readonly mainKey: string;
  readonly dmScope: DmScope;
  /** Names of people by what channels call them, `telegram:12345`: one person, wherever they write from. */
  readonly identityLinks: ReadonlyMap<string, string>;
}

/** Where a message goes. */
export interface Route {
  readonly agent: string;
  readonly session: string;
  /** What decided: the binding, or null for the default agent. */
  readonly binding: Binding | null;
}

/**
 * The agent and session of a message.
 * @throws {RangeError} if its ids cannot be in a session key.
 */
export function route(origin: Origin, routing: Routing): Route {
  const [binding = null] = routing.bindings
    .filter((one) => fits(one, origin))
    .toSorted((a, b) => specificity(b) - specificity(a));
  const agent = binding?.agent ?? routing.defaultAgent;
  return { agent, session: printSessionKey(sessionOf(agent, origin, routing)), binding };
}

const fits = ({ channel, account, space, peer }: Binding, origin: Origin): boolean =>
  channel === origin.channel &&
  (account === null || account === origin.account) &&
  (space === null || space === origin.space) &&
  (peer === null || (peer.kind === origin.peer.kind && peer.id === origin.peer.id));

/** Peer before guild or team before account. Two bindings that fit a message and are as specific name the same. */
const specificity = ({ account, space, peer }: Binding): number =>
  (peer === null ? 0 : 4) + (space === null ? 0 : 2) + (account === null ? 0 : 1);

function sessionOf(agent: string, origin: Origin, routing: Routing): SessionKey {
  const { channel, account, peer, topic } = origin;
  if (peer.kind !== 'direct') return { kind: 'place', agent, channel, place: peer.kind, id: peer.id, topic };
  const name = routing.identityLinks.get(`${channel}:${peer.id}`);
  const who: Who = name === undefined ? { kind: 'id', id: peer.id } : { kind: 'person', name };
  switch (routing.dmScope) {
    case 'main':
      return { kind: 'named', agent, name: routing.mainKey };
    case 'per-peer':
      return { kind: 'direct', agent, scope: { kind: 'anywhere' }, who: anywhere(who, channel) };
    case 'per-channel-peer':
      return { kind: 'direct', agent, scope: { kind: 'channel', channel }, who };
    case 'per-account-channel-peer':
      return { kind: 'direct', agent, scope: { kind: 'account', channel, account }, who };
    default:
      return routing.dmScope satisfies never;
  }
}

/** Two channels may call two people by the same id: without a link they are not one person. */
const anywhere = (who: Who, channel: string): Who =>
  who.kind === 'person' ? who : { kind: 'id', id: `${channel}:${who.id}` };
