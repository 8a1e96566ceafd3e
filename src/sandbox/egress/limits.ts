// Bounds of what one call may do through its door.

export interface EgressLimits {
  readonly connectionsAtOnce: number;
  readonly connections: number;
  /** Bytes to the network, and from it, over all connections. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Head of a request or a response. */
  readonly headerBytes: number;
  /** Patience with a head, a TLS greeting or the line that names a listener. */
  readonly headersMs: number;
  readonly connectMs: number;
  /** A connection on which nothing moves is over after this long. */
  readonly idleMs: number;
  /** Connections that the facts list one by one; all are counted. */
  readonly listed: number;
}

export const egressLimits: EgressLimits = Object.freeze({
  connectionsAtOnce: 64,
  connections: 2_000,
  bytesOut: 1_073_741_824,
  bytesIn: 4 * 1_073_741_824,
  headerBytes: 32_768,
  headersMs: 15_000,
  connectMs: 10_000,
  idleMs: 120_000,
  listed: 100,
});
