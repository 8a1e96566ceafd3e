// Puts questions to people and waits for their answers. What always holds: a question is on disk, with its record, before
// anybody is shown it; its answer may come through this process or any other that shares the store; when the waiting ends
// without one, the question is closed.

import { messageOf } from '../kernel/checked.ts';
import type { Approvals } from '../kernel/ports.ts';
import type { QuestionState, StoredQuestion } from '../kernel/store.ts';
import type { Answer } from '../kernel/types.ts';
import type { Person } from './people.ts';
import { answered, approvers, asOf, claimed, ended, type Moment, type Replied, type Reply } from './states.ts';
import { type ApprovalsOptions, storeQuestion, tooMany } from './store-question.ts';

/** The side of the approvals that people see. */
export interface ApprovalDesk {
  /** Counts a person's reply, or says why not; then nothing changed. */
  answer(id: string, reply: Reply, person: Person): Promise<Replied>;
  /** Newest first; no states means all. */
  list(states: readonly QuestionState[], limit: number): Promise<readonly StoredQuestion[]>;
  show(id: string): Promise<StoredQuestion | null>;
  /** Closes the pending questions of processes that no longer run; how many. */
  cancelAbandoned(isAlive: (instance: string) => boolean): Promise<number>;
}

/** How often the answers of other processes are looked for. */
const pollMs = 150;
const abandonedMax = 10_000;

/** Approvals over a store: for the kernel to ask, for people to answer. */
export function createApprovals(options: ApprovalsOptions): Approvals & ApprovalDesk {
  const { store, clock, people } = options;
  const now = (): number => Math.trunc(clock.now());
  const moment = (): Moment => ({ now: now(), redact: options.redact });
  const waiting = new Map<string, () => void>();
  /** Questions of this process, also those on their way to the store, where others cannot count them yet. */
  let asking = 0;

  return {
    async ask(asked, shown, signal) {
      if (asking >= options.pendingMax) throw tooMany(options.pendingMax);
      asking += 1;
      const question = await storeQuestion(asked, options, signal).catch((error: unknown) => {
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
        shown(question);
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

    claim: (id, digest) => store.changeQuestion(id, (current) => claimed(current, digest, people, now())),

    async answer(id, reply, person) {
      // Roles are those of the configuration, whatever the caller says about the person.
      const known = people.find((candidate) => candidate.id === person.id);
      const said = { ...reply, reason: options.redact(reply.reason) };
      const replied = await store.changeQuestion(id, (current) => answered(current, id, said, known, moment()));
      waiting.get(id)?.();
      return replied;
    },

    async list(states, limit) {
      // Pending ones may have expired unnoticed: both are read, and told apart by the clock.
      const read = states.includes('expired') ? [...states, 'pending' as const] : states;
      const found = (await store.questions({ states: read, limit })).map((stored) => asOf(stored, now()));
      return found.filter(({ state }) => states.length === 0 || states.includes(state));
    },

    async show(id) {
      const stored = await store.question(id);
      return stored === null ? null : asOf(stored, now());
    },

    async cancelAbandoned(isAlive) {
      const pending = await store.questions({ states: ['pending'], limit: abandonedMax });
      const abandoned = pending.filter(({ instance }) => !isAlive(instance));
      for (const { question } of abandoned) {
        const state = now() >= question.deadline ? 'expired' : 'cancelled';
        const because = 'the process that asked has ended';
        await store.changeQuestion(question.id, (current) => ended(current, state, because, moment()));
      }
      return abandoned.length;
    },
  };
}

/** How a settled question reads to the call that asked. */
function answerOf(stored: StoredQuestion | null): Answer {
  const last = stored?.answers.at(-1);
  if (stored === null) throw new Error('the approval is gone from the store');
  const { id, sealed } = stored.question;
  const base = { id, digest: sealed.digest };
  switch (stored.state) {
    case 'approved':
      if (last !== undefined) return { kind: 'approved', ...base, by: approvers(stored), at: last.at };
      break;
    case 'declined':
      if (last !== undefined) return { kind: 'declined', ...base, by: last.person, reason: last.reason };
      break;
    case 'expired':
      return { kind: 'expired', ...base };
    default:
      break;
  }
  throw new Error(`the approval was ${stored.state} by somebody else`);
}
