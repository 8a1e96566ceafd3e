// A run as its records tell it: what the model said, the calls it made, how each was judged, answered and ended, and the runs
// that its calls set off. Records are data from a file and may be of an older kind: what is missing reads as empty.

import type { Json, JsonObject } from '../../kernel/types.ts';

/** How a call ended; `open` where its records do not say. */
export type CallEnd = 'ok' | 'failed' | 'unknown' | 'refused' | 'open';

/** A question to people about one call, and what came of it. */
export interface AskedStory {
  readonly id: string;
  readonly at: number;
  readonly deadline: number;
  /** The text that was shown. */
  readonly text: string;
  /** `pending`, `approved`, `declined`, … */
  readonly state: string;
  readonly answers: readonly AnswerStory[];
}

export interface AnswerStory {
  readonly at: number;
  /** `approve`, `decline`, `edit`, `expired`, `cancelled`, `superseded`. */
  readonly kind: string;
  readonly by: string;
  readonly reason: string;
  /** `once`, `session`, …; empty where the record does not say. */
  readonly scope: string;
  /** What proved it beyond the account; `none`, `code`, `signature`. */
  readonly proof: string;
}

/** A file that a call changed, or would change. */
export interface ChangedFile {
  readonly path: string;
  /** What became of it, for people. */
  readonly what: string;
}

/** A connection that was made, or was not let through. */
export interface ConnectionStory {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly address: string;
  /** HTTP status; 0 where there was none. */
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly because: string;
}

export interface RuleStory {
  readonly policy: string;
  readonly rule: string;
  readonly verdict: string;
  readonly because: string;
}

/** What came back. */
export interface OutputStory {
  /** The whole of it, or its beginning. */
  readonly text: string;
  readonly bytes: number;
  /** Of the whole, where it lies beside the record; otherwise empty. */
  readonly sha256: string;
}

export interface CallStory {
  readonly call: string;
  readonly tool: string;
  /** What it does, in one line. */
  readonly what: string;
  readonly args: Json;
  /** The arguments as they were proposed, where that is what the record has. */
  readonly proposed: string;
  readonly sandbox: string;
  readonly effects: readonly JsonObject[];
  readonly verdict: string;
  readonly rules: readonly RuleStory[];
  readonly policy: string;
  readonly digest: string;
  readonly grants: JsonObject;
  /** Labels of the result, or those that it would have had. */
  readonly labels: readonly string[];
  /** Who changed its arguments; empty where nobody did. */
  readonly editedBy: string;
  readonly asked: readonly AskedStory[];
  /** How its preview ended; empty where there was none. */
  readonly preview: string;
  /** It was let through to a sandbox. */
  readonly isIntended: boolean;
  readonly end: CallEnd;
  readonly because: string;
  readonly output: OutputStory | null;
  readonly changed: readonly ChangedFile[];
  readonly wrote: readonly ChangedFile[];
  readonly connections: readonly ConnectionStory[];
  readonly image: string;
  readonly ms: JsonObject;
  readonly startedAt: number;
  /** Null while it is open. */
  readonly endedAt: number | null;
  /** Numbers of its records. */
  readonly records: readonly number[];
  /** The runs it set off. */
  readonly runs: readonly RunStory[];
}

/** What the model said, and the calls it made with it. */
export interface TurnStory {
  /** Null where no record says what it said. */
  readonly at: number | null;
  readonly text: string;
  readonly tokens: number;
  readonly calls: readonly CallStory[];
}

export interface CallerStory {
  readonly agent: string;
  readonly session: string;
  readonly channel: string;
  readonly trigger: string;
  readonly sender: string;
  readonly requestedBy: string;
  readonly workspace: string;
  readonly labels: readonly string[];
}

export interface RunStory {
  readonly run: string;
  /** False for calls that were made one by one, from the command line: nothing began or ended but they. */
  readonly isStarted: boolean;
  readonly caller: CallerStory;
  /** What was asked. */
  readonly message: string;
  readonly model: string;
  readonly policy: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** `end`, `error`, `aborted`; empty while it is open. */
  readonly phase: string;
  readonly because: string;
  /** When another process went on with it. */
  readonly continuedAt: readonly number[];
  readonly turns: readonly TurnStory[];
  /** Number of its first and last record, the hash of the last, and how many there are. */
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
  readonly records: number;
}

/** The calls of a run, in the order they were made. */
export const callsOf = ({ turns }: RunStory): readonly CallStory[] => turns.flatMap(({ calls }) => calls);

/** How many calls ended in each way, in words; those that none did are left out. */
export function endsText(calls: readonly CallStory[]): string {
  const count = (end: CallEnd): number => calls.filter((call) => call.end === end).length;
  const asked = calls.filter((call) => call.asked.length > 0).length;
  const parts: readonly (readonly [number, string])[] = [
    [count('ok'), 'ok'],
    [count('failed'), 'failed'],
    [count('refused'), 'refused'],
    [count('unknown'), 'unknown'],
    [count('open'), 'without an end'],
    [asked, 'asked about'],
  ];
  return parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number.toLocaleString('en')} ${word}`])).join(', ');
}

/** People's answers to a call in one line; empty where nobody was asked. */
export function answersText(asked: readonly AskedStory[], duration: ((ms: number) => string) | null): string {
  const one = ({ at, state, answers }: AskedStory): string => {
    const [last] = answers.slice(-1);
    if (last === undefined) return state === 'pending' ? 'asked, no answer yet' : `asked, ${state}`;
    const by = [...new Set(answers.filter(({ kind }) => kind === last.kind).map((answer) => answer.by))].filter(
      (name) => name !== '',
    );
    const who = by.length === 0 ? '' : ` by ${by.join(', ')}`;
    const took = duration === null ? '' : ` after ${duration(Math.max(0, last.at - at))}`;
    const reason = last.reason === '' ? '' : `: ${last.reason}`;
    return `${words[last.kind] ?? last.kind}${state === 'pending' ? ' so far' : ''}${who}${took}${reason}`;
  };
  return asked.map(one).join('; then ');
}

/** An answer in a few words, such as `approved by ann`. */
export const spellAnswer = ({ kind, by }: AnswerStory): string =>
  `${words[kind] ?? kind}${by === '' ? '' : ` by ${by}`}`;

const words: { readonly [kind: string]: string } = { approve: 'approved', decline: 'declined', edit: 'changed' };
