// What it takes to speak to a provider.

/** Where and as whom to speak to a provider. */
export interface ProviderOptions {
  readonly apiKey: string;
  /** Empty for the provider's own. */
  readonly baseUrl: string;
  readonly model: string;
  /** Another way to the network, e.g. through a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}
