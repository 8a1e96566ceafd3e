// What processes that are about to be killed were promised. Each is a line in a file, written once the promise is made and
// before anything else happens: what is there when the process is dead was promised.

import { writeSync } from 'node:fs';
import type { QuestionState } from '../../src/kernel/store.ts';

export type Promised =
  /** A process runs; it will name itself so in records. */
  | { readonly kind: 'born'; readonly instance: string }
  /** It closed what dead processes had left open. */
  | { readonly kind: 'recovered' }
  /** A record is on disk. */
  | { readonly kind: 'record'; readonly seq: number; readonly hash: string }
  /** People were shown a question. */
  | { readonly kind: 'question'; readonly id: string; readonly digest: string; readonly text: string }
  /** Somebody was told that their answer counts. */
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly person: string;
      readonly answer: string;
      readonly reason: string;
      readonly state: QuestionState;
    }
  /** A call was told that it may use an approval. */
  | { readonly kind: 'claim'; readonly id: string; readonly instance: string }
  /** The model, or whoever made the call, was told how it ended. */
  | { readonly kind: 'told'; readonly run: string; readonly call: string; readonly outcome: string }
  | { readonly kind: 'run-ended'; readonly run: string; readonly phase: string }
  /** People were told that an agent is stopped, or let go. */
  | { readonly kind: 'halt'; readonly agent: string; readonly isOn: boolean }
  | { readonly kind: 'revoked'; readonly standing: string };

/** Says it on standard output, which is a file. */
export const promise = (promised: Promised): void => void writeSync(1, `${JSON.stringify(promised)}\n`);

/** Tells the parent that the process is at work, by the pipe it was given for that. */
export const tellReady = (): void => void writeSync(3, '.');

/** Reads what was promised. A line cut off by the end of its process was a promise nobody heard. */
export const readPromises = (text: string): readonly Promised[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
