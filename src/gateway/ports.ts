// What the gateway reaches of the rest, in its own words. What always holds: behind each of them stand the kernel's own checks;
// the gateway says who asks and grants nothing itself.

import type { QuestionState, StoredQuestion } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import type { ErrorShape } from './protocol/error-shape.ts';

/** A message for a conversation, from somebody who was let in. */
export interface SentMessage {
  readonly sessionKey: string;
  /** '' for the agent that the session key names. */
  readonly agent: string;
  readonly text: string;
  /** The person, or the identity of a client that is nobody's. */
  readonly by: string;
  /** Unique per sender: the same key is the same message. */
  readonly key: string;
  /** '' for what the session is set to. */
  readonly queueMode: '' | 'steer' | 'followup' | 'collect' | 'interrupt';
  /** 0 for the usual. */
  readonly timeoutMs: number;
}

export type Said<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: ErrorShape };

/** Sessions and their queues. */
export interface Conversations {
  /** Resolves once the message is durable: it will be answered, once. */
  send(message: SentMessage): Promise<Said<{ readonly runId: string }>>;
  /** The newest messages of a session, oldest first. */
  history(query: {
    readonly sessionKey: string;
    readonly by: string;
    readonly limit: number;
  }): Promise<Said<{ readonly sessionId: string; readonly messages: readonly JsonObject[] }>>;
  /** Ends the run, or with '' every run of the session; which ones. */
  abort(query: {
    readonly sessionKey: string;
    readonly runId: string;
    readonly by: string;
  }): Promise<Said<readonly string[]>>;
}

/** A session as lists show it. */
export interface ListedSession {
  readonly key: string;
  readonly agent: string;
  readonly kind: 'direct' | 'group' | 'global' | 'unknown';
  readonly sessionId: string;
  readonly channel: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly isArchived: boolean;
}

export interface Sessions {
  /** Newest first. */
  list(): Promise<readonly ListedSession[]>;
}

/** The side of the approvals that people see. */
export interface ApprovalsDoor {
  list(states: readonly QuestionState[], limit: number): Promise<readonly StoredQuestion[]>;
  show(id: string): Promise<StoredQuestion | null>;
  answer(
    id: string,
    said: {
      readonly kind: 'approve' | 'decline';
      readonly digest: string;
      readonly reason: string;
      readonly scope: { readonly kind: 'once' };
      readonly pattern: 0;
      readonly args: null;
    },
    person: { readonly id: string },
  ): Promise<{ readonly kind: 'counted' } | { readonly kind: 'refused'; readonly because: string }>;
}

export interface PeopleDoor {
  /** The person whose identity this is (`gateway:token`, `device:…`), or null: then nothing is answered for them. */
  personOf(identity: string): Promise<string | null>;
}

/** The brake. Who may let go, and with what proof, is decided behind this door. */
export interface HaltsDoor {
  /** False if it was halted already. */
  halt(agent: string, by: string, because: string): Promise<boolean>;
  resume(agent: string, person: string): Promise<Said<boolean>>;
  list(): Promise<
    readonly { readonly agent: string; readonly by: string; readonly because: string; readonly at: number }[]
  >;
}

/** A record as `audit.list` reads it. */
export interface AuditRecord {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly body: JsonObject;
  readonly hash: string;
}

export interface LedgerDoor {
  /** Newest first. */
  list(filter: {
    readonly limit: number;
    readonly before: number | null;
    readonly type: null;
    readonly run: string | null;
    readonly call: null;
    readonly digest: null;
  }): Promise<readonly AuditRecord[]>;
  verify(): Promise<{ readonly isSound: boolean; readonly records: number; readonly because: string }>;
}

/** Everything that methods reach. */
export interface GatewayPorts {
  readonly conversations: Conversations;
  readonly sessions: Sessions;
  readonly approvals: ApprovalsDoor;
  readonly people: PeopleDoor;
  readonly halts: HaltsDoor;
  readonly ledger: LedgerDoor;
}
