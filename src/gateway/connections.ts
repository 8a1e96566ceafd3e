// All open connections, and how many of them are strangers yet. What always holds: what is over a limit is not taken in.

import type { Json } from '../kernel/types.ts';
import type { Connection } from './connection.ts';
import type { GatewayLimits } from './limits.ts';
import { covers, type Scope } from './protocol/scopes.ts';

export interface Connections {
  count(): number;
  /** True if one more stranger from this address may come. */
  hasRoom(address: string): boolean;
  /** A place for a stranger from now on; `entered` makes a client of it, `left` gives the place back. */
  take(address: string): Place;
  /** Sends an event to every client that holds the scope. */
  publish(event: string, payload: Json, scope: Scope): void;
  probe(): void;
  /** Ends the connections of a device. */
  closeDevice(id: string): void;
  all(): readonly Connection[];
}

export interface Place {
  opened(connection: Connection): void;
  entered(): void;
  left(): void;
}

export function createConnections(limits: GatewayLimits): Connections {
  const open = new Set<Connection>();
  const strangers = new Map<string, number>();
  let places = 0;
  let strangersAll = 0;
  const countOf = (address: string): number => strangers.get(address) ?? 0;

  return {
    count: () => open.size,
    hasRoom: (address) =>
      places < limits.connectionsMax &&
      strangersAll < limits.strangersMax &&
      countOf(address) < limits.strangersPerAddressMax,
    take: (address) => {
      let connection: Connection | null = null;
      let state: 'stranger' | 'client' | 'gone' = 'stranger';
      places += 1;
      strangersAll += 1;
      strangers.set(address, countOf(address) + 1);
      const known = (): void => {
        if (state !== 'stranger') return;
        strangersAll -= 1;
        if (countOf(address) > 1) strangers.set(address, countOf(address) - 1);
        else strangers.delete(address);
      };
      return {
        opened: (made) => {
          connection = made;
          if (state !== 'gone') open.add(made);
        },
        entered: () => {
          known();
          if (state === 'stranger') state = 'client';
        },
        left: () => {
          known();
          if (state !== 'gone') places -= 1;
          state = 'gone';
          if (connection !== null) open.delete(connection);
        },
      };
    },
    publish: (event, payload, scope) => {
      const text = JSON.stringify(payload);
      for (const connection of open) {
        const client = connection.client();
        if (client !== null && covers(client.scopes, scope)) connection.send(event, text);
      }
    },
    probe: () => {
      for (const connection of open) connection.probe();
    },
    closeDevice: (id) => {
      for (const connection of open)
        if (connection.client()?.deviceId === id)
          connection.close(1008, 'this device was removed or its tokens were revoked');
    },
    all: () => [...open],
  };
}
