// Before anybody is asked: whether the question can be answered at all, its id, its text, and its place on disk.

import { type Discretion, ledgerEntry } from '../kernel/ledger-entry.ts';
import type { Clock } from '../kernel/ports.ts';
import type { FindPrivate } from '../kernel/private-parts.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { Redact } from '../kernel/redactor.ts';
import type { RecordDraft, Store } from '../kernel/store.ts';
import { operatorRole } from '../kernel/terms.ts';
import type { Question } from '../kernel/types.ts';
import { labelOrigins } from './label-origins.ts';
import { type Directory, rolesText } from './people.ts';
import { questionText } from './question-text.ts';
import { recordedText } from './recorded-text.ts';
import { askedIn, neverEnough } from './rights.ts';
import { shortId } from './short-id.ts';
import { patternWords } from './standing/offer.ts';
import type { Prove } from './step-up.ts';

/** What approvals are made of. */
export interface ApprovalsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Who may answer, read anew: who lost a role while a question waited has lost it. */
  readonly directory: () => Promise<Directory>;
  /** Checks what people show besides; see `createProver`. */
  readonly prove: Prove;
  /** This process, as `createInstance` names it. */
  readonly instance: string;
  /** Whether the process of this name still runs. */
  readonly isAlive: (instance: string) => boolean;
  /** Replaces the values of secrets in what is shown and recorded. */
  readonly redact: Redact;
  /** What is private in arguments: people see it, records do not hold it. */
  readonly findPrivate: FindPrivate;
  /** Whether commands that begin with these words, whatever follows, may be offered as one pattern. */
  readonly mayWiden: (words: readonly string[]) => Promise<boolean>;
  /** Most questions that may be open at once. */
  readonly pendingMax: number;
}

/**
 * Stores the question together with its record, under a fresh id.
 * @throws {Error} if it can never be answered, too many are open, or it cannot be stored.
 */
export async function storeQuestion(
  asked: Omit<Question, 'id' | 'text'>,
  { store, clock, directory, instance, redact, findPrivate, mayWiden, pendingMax }: ApprovalsOptions,
  signal: AbortSignal,
): Promise<Question> {
  const { terms } = asked.sealed.decision;
  if (!Number.isSafeInteger(terms.count) || terms.count < 1) {
    throw new Error(`could not ask for approval: the rule wants \`${terms.count}\` people; it has to be 1 or more`);
  }
  const tooFew = neverEnough(askedIn(asked), await directory());
  if (tooFew > 0) {
    const operators = terms.operatorsMin > 0 ? ` and ${terms.operatorsMin} with the role \`${operatorRole}\`` : '';
    const want = `${terms.count} with ${rolesText(terms)}${operators} other than \`${asked.caller.requestedBy}\``;
    const may = operators === '' ? `${terms.count - tooFew} may answer` : `there are ${tooFew} too few`;
    throw new Error(`could not ask for approval: the rule wants ${want}, and ${may}; add people or change the rule`);
  }
  const now = Math.trunc(clock.now());
  if (asked.deadline <= now) throw new Error('could not ask for approval: its deadline has passed already');
  const pending = await store.questions({ states: ['pending'], run: null, call: null, limit: pendingMax * 2 });
  if (pending.filter(({ question }) => now < question.deadline).length >= pendingMax) {
    throw tooMany(pendingMax);
  }
  const words = patternWords(asked.sealed);
  const known = {
    origins: await labelOrigins(store, asked.caller),
    words: words !== null && (await mayWiden(words)) ? words : null,
  };
  if (signal.aborted) throw new Error('the call was aborted before it could ask for approval');
  for (let tries = 0; tries < 20; tries += 1) {
    const id = shortId();
    const write = (shown: Omit<Question, 'text'>, hide: Redact) => questionText(shown, hide, known);
    const question: Question = { ...asked, id, text: write({ ...asked, id }, redact) };
    const text = recordedText(question, write, { redact, findPrivate });
    const record = askedRecord({ ...question, text }, instance, { redact, findPrivate }, now);
    if (await store.addQuestion({ question, state: 'pending', answers: [], instance }, record)) return question;
  }
  throw new Error('could not ask for approval: no free id was found; try again');
}

/** The refusal of one question more than may be open. */
export const tooMany = (pendingMax: number): Error =>
  new Error(`could not ask for approval: ${pendingMax} questions are open already; answer some first`);

function askedRecord(question: Question, instance: string, discretion: Discretion, now: number): RecordDraft {
  const { id, callId, caller, sealed, deadline, text } = question;
  const { terms, rules, policyDigest } = sealed.decision;
  const body = { approval: id, call: callId, caller, tool: sealed.action.tool, digest: sealed.digest };
  const { replaces, editedBy, batch } = question;
  const origin = { replaces: replaces || undefined, editedBy: editedBy || undefined, batch: batch || undefined };
  const asked = { ...body, ...origin, deadline, terms, rules, policy: policyDigest, text, instance };
  return draftRecord(ledgerEntry('approval-asked', asked, discretion, [sealed.action]), now);
}
