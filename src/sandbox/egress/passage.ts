// What every connection of one call has in common: its grants, its bounds, its facts. And the one way from a wish to a
// connection: judged by name, resolved, judged by address, dialled.

import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connection } from '../../kernel/connect-patterns.ts';
import { spellHostPort } from '../../kernel/host-patterns.ts';
import type { ConnectAccess } from '../connect-access.ts';
import type { Authority } from './authority.ts';
import type { ConnectionFacts, OpenConnection } from './connection-facts.ts';
import { type Dialled, dial } from './dial.ts';
import type { Injector } from './injector.ts';
import { judgedAddresses, type ResolveName } from './judged-addresses.ts';
import type { EgressLimits } from './limits.ts';
import type { Roots } from './roots.ts';

/** The network as one call may use it. */
export interface Passage {
  readonly access: ConnectAccess;
  readonly resolve: ResolveName;
  readonly injector: Injector;
  /** Made when it is first needed, which for most calls is never. */
  readonly authority: () => Authority;
  readonly facts: ConnectionFacts;
  readonly limits: EgressLimits;
  /** What servers are checked against; read when it is first needed. */
  readonly roots: () => Roots;
  /** Aborts when the call is over. */
  readonly signal: AbortSignal;
}

export type Reached<T> =
  | { readonly kind: 'reached'; readonly connection: T }
  | { readonly kind: 'refused' | 'unreachable'; readonly because: string };

/** Connects to where a judged wish leads, and tells the facts. */
export async function reach(wanted: Connection, fact: OpenConnection, passage: Passage): Promise<Reached<Dialled>> {
  const { access, resolve, limits, signal } = passage;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.connectMs)]);
  const judged = await judgedAddresses(wanted, access, resolve, patience);
  if (judged.kind !== 'judged') {
    fact.failed(judged.because);
    return { kind: judged.kind === 'refused' ? 'refused' : 'unreachable', because: judged.because };
  }
  const dialled = await dial(judged.addresses, wanted.port, limits.connectMs, signal);
  if (typeof dialled === 'string') {
    const because = `could not connect to \`${spellHostPort(wanted.host, wanted.port)}\`: ${dialled}`;
    fact.failed(because);
    return { kind: 'unreachable', because };
  }
  fact.dialled(dialled.address);
  return { kind: 'reached', connection: dialled };
}

/** The same, and TLS with a server that proves to be the host. Nothing is sent before it has. */
export async function reachTls(
  wanted: Connection,
  fact: OpenConnection,
  passage: Passage,
): Promise<Reached<TLSSocket>> {
  const reached = await reach(wanted, fact, passage);
  if (reached.kind !== 'reached') return reached;
  const { host, port } = wanted;
  const { roots, limits } = passage;
  const tls = connectTls({
    socket: reached.connection.socket,
    host,
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    secureContext: roots().context,
  });
  const because = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(`no TLS greeting within ${limits.connectMs} ms`), limits.connectMs);
    const settle = (failure: string) => {
      clearTimeout(timer);
      resolve(failure);
    };
    tls.once('secureConnect', () => settle(''));
    tls.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'it broke off'));
    tls.once('close', () => settle('it broke off'));
  });
  if (because === '') return { kind: 'reached', connection: tls };
  tls.destroy();
  const whole = `could not trust \`${spellHostPort(host, port)}\`: ${because}`;
  fact.failed(whole);
  return { kind: 'unreachable', because: whole };
}
