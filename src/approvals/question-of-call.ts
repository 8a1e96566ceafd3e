// Which question a call waits for: the one it left open when its process died or that was asked ahead, as long as it is still
// the same action judged with the same labels; otherwise a new one, and the old one opens nothing any more.

import { canonicalJson } from '../kernel/canonical.ts';
import type { AskedQuestion } from '../kernel/ports.ts';
import type { StoredQuestion } from '../kernel/store.ts';
import type { LeftQuestion, Question } from '../kernel/types.ts';
import { continued, isLeft, isUnused, momentOf, superseded } from './states.ts';
import { type ApprovalsOptions, storeQuestion } from './store-question.ts';

/** Questions of one call: an edit or a change of the world makes another one, a bounded number of times. */
const ofOneCall = 100;

/** What one call was asked about before, newest first. */
const before = ({ store }: ApprovalsOptions, run: string, call: string): Promise<readonly StoredQuestion[]> =>
  store.questions({ states: [], run, call, limit: ofOneCall });

/** The question of this call: the one it left open, if it is the same, or a new one in its place. */
export async function questionOfCall(
  asked: AskedQuestion,
  batch: string,
  options: ApprovalsOptions,
  signal: AbortSignal,
): Promise<Question> {
  const { store } = options;
  const moment = momentOf(options);
  let replaces = '';
  for (const [index, { question, state }] of (await before(options, asked.caller.run, asked.callId)).entries()) {
    if (isSame(question, asked)) {
      // Somebody changed the call before its turn came: it hears of that now.
      if (index === 0 && state === 'edited' && question.editedBy === asked.editedBy) return question;
      const taken = await store.changeQuestion(question.id, (current) => continued(current, moment()));
      if (taken !== null) return taken.question;
    }
    const because = 'the call, the policy or what it reads changed since';
    const isReplaced = await store.changeQuestion(question.id, (current) => superseded(current, because, moment()));
    if (replaces === '' && (isReplaced || state === 'edited' || state === 'superseded')) replaces = question.id;
  }
  return storeQuestion({ ...asked, replaces, batch }, options, signal);
}

/** The question that this call left open in a process that has died, or an edit of it; null where there is none. */
export async function leftQuestion(run: string, call: string, options: ApprovalsOptions): Promise<LeftQuestion | null> {
  const stored = (await before(options, run, call))[0] ?? null;
  if (stored === null || !isLeft(stored, momentOf(options)())) return null;
  const { question, state } = stored;
  const last = stored.answers.at(-1);
  if (state === 'edited' && last !== undefined && last.args !== null)
    return { question, edit: { by: last.person, args: last.args } };
  if (!isUnused(state)) return null;
  const { args } = question.sealed.action;
  return { question, edit: question.editedBy === '' ? null : { by: question.editedBy, args } };
}

/** The same action, judged with the same labels: what people saw is what it still is. */
const isSame = (question: Question, asked: AskedQuestion): boolean =>
  question.sealed.digest === asked.sealed.digest &&
  canonicalJson([question.caller.labels, question.sealed.inputs]) ===
    canonicalJson([asked.caller.labels, asked.sealed.inputs]);
