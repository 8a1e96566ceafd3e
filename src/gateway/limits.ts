// Every bound of the gateway in one place. What is beyond one is refused or closed with a reason; nothing waits without an end.

/** Bounds of one gateway. */
export interface GatewayLimits {
  readonly connectionsMax: number;
  /** Connections that have not said who they are: together, and from one address. */
  readonly strangersMax: number;
  readonly strangersPerAddressMax: number;
  /** What a stranger may send before it is let in, all frames together. */
  readonly strangerBytes: number;
  /** Time a stranger has to be let in. */
  readonly strangerMs: number;
  /** One frame of a client that was let in. */
  readonly payloadBytes: number;
  /** What may wait for a client that reads slowly; with more it is cut off. */
  readonly bufferedBytes: number;
  readonly requestsInFlight: number;
  /** Nesting of a frame. */
  readonly depthMax: number;
  /** How often clients hear a tick; whoever is silent for two of them is cut off. */
  readonly tickMs: number;
  /** Time requests under way get when the gateway stops. */
  readonly drainMs: number;
  /** Time a client gets to close what was closed. */
  readonly closeMs: number;
  /** Body of an HTTP request. */
  readonly bodyBytes: number;
}

export const defaultGatewayLimits: GatewayLimits = Object.freeze({
  connectionsMax: 2_000,
  strangersMax: 1_024,
  strangersPerAddressMax: 512,
  strangerBytes: 65_536,
  strangerMs: 10_000,
  payloadBytes: 4_194_304,
  bufferedBytes: 8_388_608,
  requestsInFlight: 64,
  depthMax: 64,
  tickMs: 15_000,
  drainMs: 10_000,
  closeMs: 1_000,
  bodyBytes: 1_048_576,
});
