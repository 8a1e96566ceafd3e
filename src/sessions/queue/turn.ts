// What a dispatcher and those who run its turns owe each other.

import type { Inbox } from '../../kernel/inbox.ts';
import type { Clock, Ledger } from '../../kernel/ports.ts';
import type { MessageEnd, Origin, QueuedMessage } from './message.ts';
import type { RunFate } from './recover-messages.ts';
import type { QueueLimits, QueueSettings } from './settings.ts';

/** One turn of a session: what a run is started with. */
export interface Turn {
  readonly run: string;
  readonly session: string;
  readonly agent: string;
  readonly origin: Origin;
  readonly text: string;
  /** Ids of its messages. */
  readonly messages: readonly string[];
}

/** What a run needs of the queue: it ends when `signal` aborts, asks `steer` between its calls, and writes to no other ledger. */
export interface TurnHands {
  readonly signal: AbortSignal;
  steer(): readonly string[];
  /** The ledger it has to write to, in place of this one. */
  bind(ledger: Ledger): Ledger;
}

/** How a message ended. Told once it is on disk; a process that dies in between tells nobody. */
export interface Ended {
  readonly message: QueuedMessage;
  readonly run: string;
  readonly end: MessageEnd;
}

export interface DispatcherOptions {
  readonly inbox: Inbox;
  /** Runs a turn to its end. `because` is why it did not begin, where it did not. */
  readonly run: (turn: Turn, hands: TurnHands) => Promise<{ readonly because: string }>;
  /** Goes on with a run that waits for people. */
  readonly resume: (turn: Turn, hands: TurnHands) => Promise<{ readonly because: string }>;
  readonly fate: (run: string) => Promise<RunFate>;
  readonly settings: (session: string, channel: string) => QueueSettings;
  readonly clock: Clock;
  readonly limits: QueueLimits;
  /** An id that nothing else has. */
  readonly newId: () => string;
  /** Must not throw. */
  readonly ended: (ended: Ended) => void;
  /** Hears of what could not be written and is tried again. Must not throw. */
  readonly trouble: (because: string) => void;
}
