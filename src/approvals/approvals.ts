// Puts questions to people and waits for their answers. What always holds: a question is on disk, with its record, before
// anybody is shown it; its answer may come through this process or any other that shares the store; when the waiting ends
// without one, the question is closed. When the waiting process dies, the question stays: the same call goes on waiting.

import { canonicalJson } from '../kernel/canonical.ts';
import { messageOf } from '../kernel/checked.ts';
import type { Approvals, AskedQuestion } from '../kernel/ports.ts';
import type { QuestionState, StandingApproval, StandingChange, StoredQuestion } from '../kernel/store.ts';
import type { Answer, Question } from '../kernel/types.ts';
import { rightOfReply } from './judge-reply.ts';
import type { Person } from './people.ts';
import { shortId } from './short-id.ts';
import { answeredByStanding, revoked, standingIn, whyNotSoFar, withStanding, withUse } from './standing/standing.ts';
import {
  answered,
  approvers,
  asOf,
  claimed,
  consumed,
  continued,
  ended,
  isLeft,
  isUnused,
  type Moment,
  type Replied,
  type Reply,
  superseded,
} from './states.ts';
import { type Evidence, nothingShown } from './step-up.ts';
import { type ApprovalsOptions, storeQuestion, tooMany } from './store-question.ts';

/** The side of the approvals that people see. */
export interface ApprovalDesk {
  /** Counts what a person said, or says why not; then nothing changed. `evidence` is what they showed besides. */
  answer(id: string, said: Omit<Reply, 'proof'>, person: Pick<Person, 'id'>, evidence?: Evidence): Promise<Replied>;
  /** Newest first; no states means all. */
  list(states: readonly QuestionState[], limit: number): Promise<readonly StoredQuestion[]>;
  show(id: string): Promise<StoredQuestion | null>;
  /** Approvals that reach further than one call, newest first; those that are over too. */
  standing(limit: number): Promise<readonly StandingApproval[]>;
  /** Ends one at once; false if none by that id is open. Anybody among the people may stop what others let go on. */
  revokeStanding(id: string, person: Pick<Person, 'id'>): Promise<Replied>;
  /** Closes the questions whose deadline passed while nobody waited for them; how many. */
  expireOverdue(): Promise<number>;
}

/** How often the answers of other processes are looked for. */
const pollMs = 150;
const pendingRead = 10_000;
/** Questions of one call: an edit or a change of the world makes another one, a bounded number of times. */
const ofOneCall = 100;

/** Approvals over a store: for the kernel to ask, for people to answer. */
export function createApprovals(options: ApprovalsOptions): Approvals & ApprovalDesk {
  const { store, clock, directory, prove, instance, isAlive, redact, findPrivate } = options;
  const now = (): number => Math.trunc(clock.now());
  const moment = (): Moment => ({ now: now(), instance, isAlive, redact, findPrivate });
  const waiting = new Map<string, () => void>();
  /** Questions of this process, also those on their way to the store, where others cannot count them yet. */
  let asking = 0;

  /** What this call was asked about before, newest first. */
  const before = (run: string, call: string) => store.questions({ states: [], run, call, limit: ofOneCall });

  /** The question of this call: the one it left open, if it is the same, or a new one in its place. */
  const questionOf = async (asked: AskedQuestion, batch: string, signal: AbortSignal): Promise<Question> => {
    let replaces = '';
    for (const [index, { question, state }] of (await before(asked.caller.run, asked.callId)).entries()) {
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
  };

  /** Answers the question by an approval that stands, where there is one; true if nobody has to be asked any more. */
  const isAnsweredByStanding = async (id: string): Promise<boolean> => {
    const known = await directory();
    const now = await store.changeStanding(id, (current, open) => answeredByStanding(current, open, known, moment()));
    return now !== null && (standingIn(now) !== '' || now.state !== 'pending');
  };

  return {
    async ask(asked, shown, signal) {
      if (asking >= options.pendingMax) throw tooMany(options.pendingMax);
      asking += 1;
      const question = await questionOf(asked, '', signal).catch((error: unknown) => {
        asking -= 1;
        throw error;
      });
      const { id } = question;
      const close = (state: 'expired' | 'cancelled', because: string) =>
        store.changeQuestion(id, (current) => ended(current, state, because, moment()));
      let wake = new AbortController();
      const wakeUp = (): void => wake.abort();
      waiting.set(id, wakeUp);
      signal.addEventListener('abort', wakeUp);
      try {
        if (!(await isAnsweredByStanding(id))) shown(question);
        for (let seen = Number.NaN; ; ) {
          wake = new AbortController();
          if (signal.aborted) throw new Error('the call was aborted while it waited for an approval');
          const version = await store.version();
          const stored = version === seen ? null : await store.question(id);
          seen = version;
          if (stored !== null && stored.state !== 'pending') return answerOf(stored);
          const leftMs = question.deadline - now();
          if (leftMs <= 0) return answerOf(await close('expired', 'nobody answered before the deadline'));
          // An answer or an abort that came while the store was read has aborted `wake` already.
          await clock.sleep(Math.min(pollMs, leftMs), wake.signal);
        }
      } catch (error) {
        const because = signal.aborted ? 'the call was aborted' : 'the call could not wait for an answer';
        await close('cancelled', because).catch((failure: unknown) => {
          throw new Error(`${messageOf(error)}; the question stays open: ${messageOf(failure)}`, { cause: error });
        });
        throw error;
      } finally {
        asking -= 1;
        waiting.delete(id);
        signal.removeEventListener('abort', wakeUp);
      }
    },

    async askAhead(questions, signal) {
      if (asking + questions.length > options.pendingMax) throw tooMany(options.pendingMax);
      const batch = shortId();
      const stored = await Promise.all(questions.map((asked) => questionOf(asked, batch, signal)));
      const answers = await Promise.all(stored.map(({ id }) => isAnsweredByStanding(id)));
      return stored.filter((_, index) => answers[index] !== true);
    },

    async withdraw(ids) {
      const because = 'the run ended before the call was made';
      const close = (id: string) =>
        store.changeQuestion(id, (current) => ended(current, 'cancelled', because, moment()));
      await Promise.all(ids.map(close));
    },

    async left(run, call) {
      const stored = (await before(run, call))[0] ?? null;
      if (stored === null || !isLeft(stored, moment())) return null;
      const { question, state } = stored;
      const last = stored.answers.at(-1);
      if (state === 'edited' && last !== undefined && last.args !== null)
        return { question, edit: { by: last.person, args: last.args } };
      if (!isUnused(state)) return null;
      const { args } = question.sealed.action;
      return { question, edit: question.editedBy === '' ? null : { by: question.editedBy, args } };
    },

    async claim(id, digest) {
      const known = await directory();
      return store.changeStanding(id, (current, open) =>
        withUse(current, claimed(current, digest, known, moment()), open, moment()),
      );
    },

    consume: (id, digest, intent) => store.changeQuestion(id, (current) => consumed(current, digest, intent, moment())),

    async answer(id, said, { id: name }, evidence = nothingShown) {
      const known = await directory();
      // Roles are those of the configuration, whatever the caller says about the person.
      const person = known.people.find((candidate) => candidate.id === name);
      const reply = { ...said, reason: redact(said.reason) };
      const stored = await store.question(id);
      const judged = rightOfReply(stored, id, reply, person, known, now());
      if (judged.kind === 'refused' || stored === null || person === undefined)
        return judged.kind === 'refused' ? judged : { kind: 'refused', because: 'the approval is gone from the store' };
      const tooFar = whyNotSoFar(stored, reply, [], now());
      if (tooFar !== '') return { kind: 'refused', because: tooFar };
      const shown = await prove(evidence, stored, reply, person);
      if (shown.kind === 'refused') return shown;
      const proven = { ...reply, proof: shown.proof };
      const replied = await store.changeStanding<Replied>(id, (current, open) => {
        const because = whyNotSoFar(current, proven, open, now());
        if (because !== '') return unchanged({ kind: 'refused', because });
        return withStanding(answered(current, id, proven, person, known, moment()), shortId(), open, moment());
      });
      waiting.get(id)?.();
      return replied;
    },

    async list(states, limit) {
      // Pending ones may have expired unnoticed: both are read, and told apart by the clock.
      const read = states.includes('expired') ? [...states, 'pending' as const] : states;
      const found = (await store.questions({ states: read, run: null, call: null, limit })).map((stored) =>
        asOf(stored, now()),
      );
      return found.filter(({ state }) => states.length === 0 || states.includes(state));
    },

    async show(id) {
      const stored = await store.question(id);
      return stored === null ? null : asOf(stored, now());
    },

    standing: (limit) => store.standing(limit),

    async revokeStanding(id, { id: name }) {
      const isKnown = (await directory()).people.some((person) => person.id === name);
      if (!isKnown) return { kind: 'refused', because: 'you are not among the people who may answer approvals here' };
      const isRevoked = await store.changeStanding(null, (_, open) => revoked(open, id, name, moment()));
      return isRevoked
        ? { kind: 'counted', state: 'cancelled', missing: 0 }
        : {
            kind: 'refused',
            because: `no standing approval \`${id}\` is open: see \`sallyport approvals grants list\``,
          };
    },

    async expireOverdue() {
      const pending = await store.questions({ states: ['pending'], run: null, call: null, limit: pendingRead });
      const overdue = pending.filter((stored) => now() >= stored.question.deadline && isLeft(stored, moment()));
      for (const { question } of overdue) {
        const because = 'nobody answered before the deadline';
        await store.changeQuestion(question.id, (current) => ended(current, 'expired', because, moment()));
      }
      return overdue.length;
    },
  };
}

const unchanged = (replied: Replied): StandingChange<Replied> => ({
  next: null,
  record: null,
  standing: [],
  result: () => replied,
});

/** The same action, judged with the same labels: what people saw is what it still is. */
const isSame = (question: Question, asked: AskedQuestion): boolean =>
  question.sealed.digest === asked.sealed.digest &&
  canonicalJson([question.caller.labels, question.sealed.inputs]) ===
    canonicalJson([asked.caller.labels, asked.sealed.inputs]);

/** How a settled question reads to the call that asked. */
function answerOf(stored: StoredQuestion | null): Answer {
  const last = stored?.answers.at(-1);
  if (stored === null) throw new Error('the approval is gone from the store');
  const { id, sealed } = stored.question;
  const base = { id, digest: sealed.digest };
  switch (stored.state) {
    case 'approved':
    case 'claimed':
      if (last !== undefined) return { kind: 'approved', ...base, by: approvers(stored), at: last.at };
      break;
    case 'declined':
      if (last !== undefined) return { kind: 'declined', ...base, by: last.person, reason: last.reason };
      break;
    case 'edited':
      if (last !== undefined && last.args !== null)
        return { kind: 'edited', ...base, by: last.person, args: last.args };
      break;
    case 'expired':
      return { kind: 'expired', ...base };
    default:
      break;
  }
  throw new Error(`the approval was ${stored.state} by somebody else`);
}
