// The side of the approvals that people see: what waits for them, what they say, and what they let go on. What always holds: an
// answer counts by the roles of this moment, with what the rule demands of a person, or nothing changes and they hear why.

import type { QuestionState, StandingApproval, StandingChange, StoredQuestion } from '../kernel/store.ts';
import { rightOfReply } from './judge-reply.ts';
import type { Person } from './people.ts';
import { shortId } from './short-id.ts';
import { revoked, whyNotSoFar, withStanding } from './standing/standing.ts';
import { answered, asOf, ended, isLeft, momentOf, type Replied, type Reply } from './states.ts';
import { type Evidence, nothingShown } from './step-up.ts';
import type { ApprovalsOptions } from './store-question.ts';

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

const pendingRead = 10_000;

/** The desk over a store; `answeredHere` hears of each question that got an answer by it. */
export function createDesk(options: ApprovalsOptions, answeredHere: (id: string) => void): ApprovalDesk {
  const { store, directory, prove, redact } = options;
  const moment = momentOf(options);
  const now = (): number => moment().now;
  return {
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
      answeredHere(id);
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
