// A session, opened for one run: what was said before, the labels it carries, and the places where this run's words go. What
// always holds: a message is on disk before its run starts; what a killed process said but did not write down here comes from
// the ledger before anything new is said; labels only grow.

import type { Discretion } from '../kernel/ledger-entry.ts';
import type { Clock } from '../kernel/ports.ts';
import type { RunEnd } from '../kernel/run.ts';
import type { Message } from '../kernel/types.ts';
import { type Conversation, readConversation, recentMessages } from './conversation.ts';
import { hideMessages } from './hide-message.ts';
import type { SessionFile } from './session-folder.ts';
import { appendLines, readTranscript } from './transcript.ts';
import type { MessageLine, TranscriptLine } from './transcript-line.ts';

/** How a run ended, as the ledger knows it: `messages` from the user's first on. */
export type JournaledRun = RunEnd | 'open' | 'unknown';

/** What a session needs from the world. */
export interface SessionPorts {
  readonly clock: Clock;
  readonly discretion: Discretion;
  /** `open`: it has no end on record. `unknown`: it is not on record. */
  journal(run: string): Promise<JournaledRun>;
}

/** A run of this session has no end yet: people are being asked, or it runs elsewhere. */
export class OpenRunError extends Error {
  readonly run: string;
  constructor(run: string) {
    super(`run \`${run}\` of this session has not ended: go on with it by \`sallyport continue ${run}\`, or answer it`);
    this.run = run;
  }
}

/** A session, for one run. */
export interface OpenSession {
  /** What the model hears of before; bounded, from a message of the user on. */
  readonly history: readonly Message[];
  /** Messages that are too far back to be heard. */
  readonly leftOut: number;
  /** What the session carries, whether or not it is heard. */
  readonly labels: readonly string[];
  /** Writes the user's message down. */
  begin(message: string, labels: readonly string[]): Promise<void>;
  /** Writes down what the run has said and how it ended; its messages begin with the history. */
  end(end: RunEnd): Promise<void>;
}

/** Characters of a conversation that a model hears: some hundred thousand tokens. */
const historyCharactersMax = 400_000;

/**
 * Opens a session for `run`, which is new or has begun here before. Whoever calls holds the session.
 * @throws {OpenRunError} if another run of it has not ended.
 */
export async function openSession(
  file: Pick<SessionFile, 'path'>,
  run: string,
  ports: SessionPorts,
): Promise<OpenSession> {
  const { path } = file;
  const read = (): Promise<Conversation> => readConversation(readTranscript(path));
  const before = await read();
  const left = before.open.filter((one) => one !== run);
  for (const one of left) await catchUp(path, one, written(before, one).length, ports);
  const now = left.length === 0 ? before : await read();
  const place = now.said.findIndex((one) => one.run === run);
  const earlier = (place === -1 ? now.said : now.said.slice(0, place)).map(({ message }) => message);
  const history = recentMessages(earlier, historyCharactersMax);
  let count = written(now, run).length;
  return {
    history,
    leftOut: earlier.length - history.length,
    labels: now.labels,
    async begin(message, labels) {
      await appendLines(path, linesOf([{ role: 'user', text: message }], 0, run, labels, ports));
      count = 1;
    },
    async end(end) {
      const messages = end.messages.slice(history.length);
      await appendLines(path, closing({ ...end, messages }, count, run, ports));
    },
  };
}

const written = ({ said }: Conversation, run: string): readonly unknown[] => said.filter((one) => one.run === run);

/** Adds what a run said beyond the `count` messages that are written down, and its end. */
async function catchUp(path: string, run: string, count: number, ports: SessionPorts): Promise<void> {
  const end = await ports.journal(run);
  if (end === 'open') throw new OpenRunError(run);
  const never = { phase: 'error', because: 'it never started', messages: [], labels: [], tokens: 0 } as const;
  await appendLines(path, closing(end === 'unknown' ? never : end, count, run, ports));
}

function closing(end: RunEnd, count: number, run: string, ports: SessionPorts): readonly TranscriptLine[] {
  const { phase, because, labels, tokens } = end;
  const at = Math.trunc(ports.clock.now());
  const last = { phase, because: ports.discretion.redact(because), labels, usage: { tokens } };
  return [...linesOf(end.messages, count, run, labels, ports), { type: 'run', run, at, ...last }];
}

/** The lines of all messages of a run but the first `count`; hidden together, because what is private may come back later. */
function linesOf(
  messages: readonly Message[],
  count: number,
  run: string,
  labels: readonly string[],
  { clock, discretion }: SessionPorts,
): readonly MessageLine[] {
  const at = Math.trunc(clock.now());
  const hidden = hideMessages(messages, discretion).slice(count);
  return hidden.map((message) => ({ type: 'message', run, at, labels, message }));
}
