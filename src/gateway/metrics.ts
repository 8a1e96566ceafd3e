// What the gateway counts, for Prometheus. The registry is its own: two gateways in one process do not mix.

import { Counter, Gauge, Registry } from 'prom-client';

export interface GatewayMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** A connection that was refused at a door, and why in one word. */
  refused(why: 'host' | 'origin' | 'full' | 'path' | 'auth' | 'draining' | 'malformed'): void;
  /** A request that was answered; `method` is '' for one that does not exist. */
  answered(method: string, isOk: boolean): void;
}

/** `connections` tells how many there are when somebody looks. */
export function createMetrics(connections: () => number): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const refusals = new Counter({
    name: 'sallyport_gateway_refused_total',
    help: 'Connections that were refused, by reason.',
    labelNames: ['why'],
    registers,
  });
  const requests = new Counter({
    name: 'sallyport_gateway_requests_total',
    help: 'Requests that were answered, by method and whether they succeeded.',
    labelNames: ['method', 'ok'],
    registers,
  });
  new Gauge({
    name: 'sallyport_gateway_connections',
    help: 'Open WebSocket connections.',
    registers,
    collect() {
      this.set(connections());
    },
  });
  new Gauge({
    name: 'sallyport_gateway_resident_bytes',
    help: 'Resident memory of the gateway process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    refused: (why) => refusals.inc({ why }),
    answered: (method, isOk) => requests.inc({ method: method === '' ? 'unknown' : method, ok: String(isOk) }),
  };
}
