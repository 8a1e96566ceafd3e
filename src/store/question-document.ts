// Questions as they lie in the database: one JSON document. This is the door back in.

import { defaultApprovalTerms } from '../kernel/limits.ts';
import type { QuestionState, StoredQuestion } from '../kernel/store.ts';
import type { Row } from './connection.ts';
import { StoreError } from './store-error.ts';

const states: readonly QuestionState[] = [
  'pending',
  'approved',
  'declined',
  'edited',
  'expired',
  'cancelled',
  'superseded',
  'claimed',
  'consumed',
];

const plainAnswer = {
  delegation: '',
  scope: { kind: 'once' },
  pattern: 0,
  proof: { kind: 'none' },
  args: null,
} as const;

/** The document of a question. */
export const questionDocument = (stored: StoredQuestion): string => JSON.stringify(stored);

/**
 * The question in a row of `id`, `state` and `document`.
 * @throws {StoreError} if the document is not a question, or not the one with this id in this state.
 */
export function parseQuestion({ id, state, document }: Row): StoredQuestion {
  const fault = new StoreError(
    `could not read approval \`${String(id)}\`: its row is damaged; the call has to ask anew`,
  );
  let stored: StoredQuestion;
  try {
    stored = JSON.parse(String(document));
  } catch {
    throw fault;
  }
  const { question, answers } = stored ?? {};
  const isSound =
    states.includes(stored?.state) &&
    stored.state === state &&
    typeof stored.instance === 'string' &&
    question?.id === id &&
    typeof question.text === 'string' &&
    Number.isFinite(question.deadline) &&
    typeof question.sealed?.digest === 'string' &&
    typeof question.caller?.requestedBy === 'string' &&
    Array.isArray(question.sealed.decision?.terms?.roles) &&
    Number.isSafeInteger(question.sealed.decision.terms.count) &&
    question.sealed.decision.terms.count >= 1 &&
    Array.isArray(answers) &&
    answers.every((answer) => typeof answer?.person === 'string');
  if (!isSound) throw fault;
  // Questions and answers from before there were previews, contents, edits, scopes and proofs have none.
  const { decision } = question.sealed;
  const terms = { ...defaultApprovalTerms, ...decision.terms };
  const sealed = {
    ...question.sealed,
    contents: question.sealed.contents ?? [],
    image: question.sealed.image ?? '',
    decision: { ...decision, terms },
  };
  return {
    ...stored,
    answers: answers.map((answer) => ({ ...plainAnswer, authority: answer.person, ...answer })),
    question: {
      ...question,
      sealed,
      preview: question.preview ?? null,
      replaces: question.replaces ?? '',
      editedBy: question.editedBy ?? '',
      batch: question.batch ?? '',
    },
  };
}
