// What one call really did on the network, gathered where it passed. Lists are bounded, counts are not. Paths are kept
// without their query, which may hold what is nobody's business.

import type { JsonObject } from '../../kernel/types.ts';

/** What is known of a connection or an exchange when it begins. */
export interface Wanted {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Empty for a tunnel. */
  readonly path: string;
}

/** One connection or exchange that goes on. */
export interface OpenConnection {
  /** The address that was dialled. */
  dialled(address: string): void;
  answered(status: number): void;
  /** Counts bytes from the network; false once the call has used up what it may. */
  received(bytes: number): boolean;
  /** Counts bytes to the network; false once the call has used up what it may. */
  sent(bytes: number): boolean;
  /** It was not let through, or broke off. The first reason counts. */
  failed(because: string): void;
  /** It is over. */
  ended(): void;
}

/** Gathers facts during a call. */
export interface ConnectionFacts {
  begin(wanted: Wanted): OpenConnection;
  /** Something that never got as far as naming a host. */
  unreadable(because: string): void;
  asJson(): JsonObject;
}

/** Paths and reasons come from requests, which may be long. */
const textMax = 500;

/** Empty facts. */
export function gatherConnections(limits: {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly listed: number;
}): ConnectionFacts {
  const listed: { -readonly [K in keyof ListedConnection]: ListedConnection[K] }[] = [];
  const count = { connections: 0, failed: 0, bytesIn: 0, bytesOut: 0 };
  const list = (wanted: Wanted) => {
    count.connections += 1;
    const path = wanted.path.slice(0, textMax);
    const entry = { ...wanted, path, address: '', status: 0, bytesIn: 0, bytesOut: 0, because: '' };
    if (listed.length < limits.listed) listed.push(entry);
    return entry;
  };
  const fail = (entry: { because: string }, because: string) => {
    if (entry.because !== '') return;
    entry.because = because.slice(0, textMax);
    count.failed += 1;
  };
  return {
    begin: (wanted) => {
      const entry = list(wanted);
      let isOver = false;
      return {
        dialled: (address) => {
          entry.address = address;
        },
        answered: (status) => {
          entry.status = status;
        },
        received: (bytes) => {
          entry.bytesIn += bytes;
          count.bytesIn += bytes;
          return count.bytesIn <= limits.bytesIn;
        },
        sent: (bytes) => {
          entry.bytesOut += bytes;
          count.bytesOut += bytes;
          return count.bytesOut <= limits.bytesOut;
        },
        failed: (because) => {
          if (!isOver) fail(entry, because);
        },
        ended: () => {
          isOver = true;
        },
      };
    },
    unreadable: (because) => fail(list({ host: '', port: 0, method: '', path: '' }), because),
    asJson: () => ({ ...count, list: listed.map((entry) => ({ ...entry })) }),
  };
}

interface ListedConnection extends Wanted {
  readonly address: string;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly because: string;
}
