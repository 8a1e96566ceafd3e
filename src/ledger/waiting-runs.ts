// Runs whose process died while people thought about one of their calls. Nothing of such a call has happened yet, so another
// process may take the run over and go on waiting, until the deadline of the question.

import type { Clock } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { QuestionState, Store, StoredQuestion } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { parseRecord } from './record.ts';

/** A run that waits for somebody to go on with it. */
export interface WaitingRun {
  readonly run: string;
  /** Number of the record that opened it last. */
  readonly opened: number;
  /** What it waits for, newest first. */
  readonly questions: readonly StoredQuestion[];
}

/** More open steps than this are looked at by a later start. */
const stepsMax = 5_000;
const questionsMax = 200;

/** Answered or not, the call that asked has not been made. */
const unused: readonly QuestionState[] = ['pending', 'approved', 'claimed', 'declined', 'edited'];
const ends = ['call-refused', 'call-intended', 'call-finished'] as const;

/** The questions of `run` whose calls can still be made; empty where nothing waits. */
export async function openQuestions(store: Store, run: string, now: number): Promise<readonly StoredQuestion[]> {
  const questions = await store.questions({ states: unused, run, call: null, limit: questionsMax });
  const open: StoredQuestion[] = [];
  for (const stored of questions) {
    if (now < stored.question.deadline && !(await hasEnded(store, run, stored.question.callId))) open.push(stored);
  }
  return open;
}

async function hasEnded(store: Store, run: string, call: string): Promise<boolean> {
  for (const type of ends) {
    const query = { order: 'oldest-first', from: null, limit: 1, type, run, call, digest: null } as const;
    if ((await store.records(query)).length > 0) return true;
  }
  return false;
}

/** The runs that wait for somebody, oldest first. `isAlive` judges the process that opened one. */
export async function waitingRuns(
  store: Store,
  now: number,
  isAlive: (instance: string) => boolean,
): Promise<readonly WaitingRun[]> {
  const waiting: WaitingRun[] = [];
  for (const { seq, text, type } of await store.openSteps(stepsMax)) {
    const { body } = parseRecord(text);
    const { run, instance } = body;
    if (!isRunOpening(type) || typeof run !== 'string' || isAlive(String(instance))) continue;
    const questions = await openQuestions(store, run, now);
    if (questions.length > 0) waiting.push({ run, opened: seq, questions });
  }
  return waiting;
}

/** Whether a record of this type opens a run. */
export const isRunOpening = (type: string): boolean => type === 'run-started' || type === 'run-continued';

/** Takes a waiting run over for the process `instance`; false if another was first. */
export async function takeOver(
  store: Store,
  clock: Clock,
  { run, opened }: Pick<WaitingRun, 'run' | 'opened'>,
  instance: string,
): Promise<boolean> {
  const body: JsonObject = { run, started: opened, instance };
  const draft = draftRecord({ type: 'run-continued', body }, Math.trunc(clock.now()));
  return (await store.appendIfOpen(opened, draft)) !== null;
}
