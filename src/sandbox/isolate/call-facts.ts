// What one isolate call really did, gathered by the kernel's own side of each host call. Lists are bounded, counts are not.
// An effect whose end nobody knows stays unconfirmed, and then the whole call is.

import type { JsonObject } from '../../kernel/types.ts';

/** One connection, as facts. */
export interface ConnectionFact {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** The address that was dialled; empty if none was. */
  readonly address: string;
  /** HTTP status; 0 if no response came. */
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** An effect that began and goes on until one of these is called. */
export interface OpenEffect {
  /** Whether it took effect is known. */
  isKnown(): void;
  /** It is over, and nobody knows whether it took effect. */
  isUnknown(): void;
}

/** Gathers facts during a call. */
export interface CallFacts {
  countHostCall(): void;
  read(path: string, bytes: number): void;
  wrote(path: string, bytes: number, sha256: string): void;
  connected(connection: ConnectionFact): void;
  begin(effect: string): OpenEffect;
  /** Effects that began and whose end is not known, because they go on or because it cannot be known. */
  unconfirmed(): readonly string[];
  /** Resolves when no effect goes on any more, or after `ms`. */
  settled(ms: number): Promise<void>;
  bytesRead(): number;
  bytesWritten(): number;
  /** Over all exchanges that ended. */
  bytesReceived(): number;
  bytesSent(): number;
  asJson(): JsonObject;
}

const listedMax = 100;

/** Empty facts. */
export function gatherFacts(): CallFacts {
  const reads = new Map<string, number>();
  const writes: JsonObject[] = [];
  const connections: JsonObject[] = [];
  const goingOn = new Map<symbol, string>();
  const unknown: string[] = [];
  const unconfirmed = () => [...unknown, ...goingOn.values()];
  let whenSettled = () => {};
  const count = {
    hostCalls: 0,
    bytesRead: 0,
    bytesWritten: 0,
    bytesReceived: 0,
    bytesSent: 0,
    reads: 0,
    writes: 0,
    connections: 0,
  };
  return {
    countHostCall: () => {
      count.hostCalls += 1;
    },
    read: (path, bytes) => {
      count.reads += 1;
      count.bytesRead += bytes;
      if (reads.has(path) || reads.size < listedMax) reads.set(path, (reads.get(path) ?? 0) + bytes);
    },
    wrote: (path, bytes, sha256) => {
      count.writes += 1;
      count.bytesWritten += bytes;
      if (writes.length < listedMax) writes.push({ path, bytes, sha256 });
    },
    connected: (connection) => {
      count.connections += 1;
      count.bytesReceived += connection.bytesIn;
      count.bytesSent += connection.bytesOut;
      if (connections.length < listedMax) connections.push({ ...connection });
    },
    begin: (effect) => {
      const key = Symbol(effect);
      goingOn.set(key, effect);
      const over = () => {
        goingOn.delete(key);
        if (goingOn.size === 0) whenSettled();
      };
      const isUnknown = () => {
        if (goingOn.has(key)) unknown.push(effect);
        over();
      };
      return { isKnown: over, isUnknown };
    },
    unconfirmed,
    settled: async (ms) => {
      if (goingOn.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      whenSettled = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
    },
    bytesRead: () => count.bytesRead,
    bytesWritten: () => count.bytesWritten,
    bytesReceived: () => count.bytesReceived,
    bytesSent: () => count.bytesSent,
    asJson: () => ({
      ...count,
      read: [...reads].map(([path, bytes]) => ({ path, bytes })),
      wrote: writes,
      connected: connections,
      unconfirmed: unconfirmed().slice(0, listedMax),
    }),
  };
}
