// A run that people stop: its signal aborts, and it knows why.

import type { CallPorts } from './ports.ts';

/** The brake of one run. */
export interface Brake {
  readonly signal: AbortSignal;
  /** Why it was stopped; '' while it was not. */
  because(): string;
  /** Ends the watching. */
  stop(): void;
}

/** Watches whether people halt this agent. */
export function watchHalts(agent: string, { halts }: Pick<CallPorts, 'halts'>): Brake {
  const brake = new AbortController();
  let why = '';
  const stop = halts.watch(agent, (because) => {
    why ||= because || 'people halted it';
    brake.abort();
  });
  return { signal: brake.signal, because: () => why, stop };
}
