// How a session's queue behaves: what becomes of messages that come while a run is under way, and of too many of them.

/**
 * `collect` makes one turn of what came meanwhile; `followup` a turn of each; `steer` hands it to the run under way, between
 * its calls; `interrupt` aborts that run.
 */
export type QueueMode = 'collect' | 'followup' | 'steer' | 'interrupt';

/** What gives way when too many wait: the newest is refused, the oldest is dropped, or it stays as one line of a summary. */
export type DropMode = 'summarize' | 'old' | 'new';

export interface QueueSettings {
  readonly mode: QueueMode;
  /** For `collect`: how long nothing more may have come before what waited becomes a turn. */
  readonly debounceMs: number;
  /** Messages of one session that wait, at most; at least 1. */
  readonly cap: number;
  readonly drop: DropMode;
}

export const defaultQueueSettings: QueueSettings = Object.freeze({
  mode: 'collect',
  debounceMs: 1_000,
  cap: 20,
  drop: 'summarize',
});

/** Settings by channel and by session; what is said of a session counts more. */
export interface QueueTable {
  readonly channels: ReadonlyMap<string, Partial<QueueSettings>>;
  readonly sessions: ReadonlyMap<string, Partial<QueueSettings>>;
}

/** The settings for messages that come into `session` through `channel`. */
export const settingsIn = (table: QueueTable, session: string, channel: string): QueueSettings => ({
  ...defaultQueueSettings,
  ...table.channels.get(channel),
  ...table.sessions.get(session),
});

/** Bounds over all sessions. */
export interface QueueLimits {
  /** Runs at once. */
  readonly runs: number;
  readonly runsPerAgent: number;
  /** Messages without an end, in all sessions together, and their length in UTF-16 units. */
  readonly waiting: number;
  readonly waitingCharacters: number;
  /** Length of one message, and of those that share a turn, in UTF-16 units. */
  readonly messageCharacters: number;
  readonly turnCharacters: number;
  /** How often a run may fail to start before its messages end with that. */
  readonly starts: number;
  /** The first pause after a failed start or a failed write; it doubles up to `pauseMaxMs`. */
  readonly pauseMs: number;
  readonly pauseMaxMs: number;
  /** How long messages that ended are known by their keys, and how many of them. */
  readonly keptMs: number;
  readonly kept: number;
}

export const defaultQueueLimits: QueueLimits = Object.freeze({
  runs: 8,
  runsPerAgent: 4,
  waiting: 10_000,
  waitingCharacters: 67_108_864,
  messageCharacters: 262_144,
  turnCharacters: 1_048_576,
  starts: 3,
  pauseMs: 500,
  pauseMaxMs: 60_000,
  keptMs: 604_800_000,
  kept: 100_000,
});
