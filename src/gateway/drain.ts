// How the gateway ends: clients are told, requests under way get a bounded time, then every connection ends.

import type { Server } from 'node:http';
import type { Clock } from '../kernel/ports.ts';
import { closeCodes } from './connection.ts';
import type { Connections } from './connections.ts';
import type { GatewayLimits } from './limits.ts';

export interface DrainParts {
  readonly server: Server;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly limits: Pick<GatewayLimits, 'drainMs' | 'closeMs'>;
}

/** Resolves once nothing is open any more. New work has to be refused from before this is called. */
export async function drain({ server, connections, clock, limits }: DrainParts, reason: string): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const quiet = Promise.all(connections.all().map((one) => one.quiet()));
  const enough = new AbortController();
  await Promise.race([quiet, clock.sleep(limits.drainMs, enough.signal)]);
  enough.abort();
  for (const connection of connections.all()) connection.close(closeCodes.goingAway, reason);
  const late = new AbortController();
  void clock.sleep(limits.closeMs * 2, late.signal).then(() => server.closeAllConnections());
  await closed;
  late.abort();
}
