// Puts questions to people and waits for their answers. What always holds: a question is on disk, with its record, before
// anybody is shown it; its answer may come through this process or any other that shares the store; when the waiting ends
// without one, the question is closed. When the waiting process dies, the question stays: the same call goes on waiting.

import { messageOf } from '../kernel/checked.ts';
import type { Approvals } from '../kernel/ports.ts';
import { answerOf } from './answer-of.ts';
import { type ApprovalDesk, createDesk } from './desk.ts';
import { leftQuestion, questionOfCall } from './question-of-call.ts';
import { shortId } from './short-id.ts';
import { answeredByStanding, standingIn, withUse } from './standing/standing.ts';
import { claimed, consumed, ended, momentOf } from './states.ts';
import { type ApprovalsOptions, tooMany } from './store-question.ts';

/** How often the answers of other processes are looked for. */
const pollMs = 150;

/** Approvals over a store: for the kernel to ask, for people to answer. */
export function createApprovals(options: ApprovalsOptions): Approvals & ApprovalDesk {
  const { store, clock, directory } = options;
  const moment = momentOf(options);
  const now = (): number => moment().now;
  const waiting = new Map<string, () => void>();
  /** Questions of this process, also those on their way to the store, where others cannot count them yet. */
  let asking = 0;

  /** Answers the question by an approval that stands, where there is one; true if nobody has to be asked any more. */
  const isAnsweredByStanding = async (id: string): Promise<boolean> => {
    const known = await directory();
    const now = await store.changeStanding(id, (current, open) => answeredByStanding(current, open, known, moment()));
    return now !== null && (standingIn(now) !== '' || now.state !== 'pending');
  };

  return {
    ...createDesk(options, (id) => waiting.get(id)?.()),

    async ask(asked, shown, signal) {
      if (asking >= options.pendingMax) throw tooMany(options.pendingMax);
      asking += 1;
      const question = await questionOfCall(asked, '', options, signal).catch((error: unknown) => {
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
      const stored = await Promise.all(questions.map((asked) => questionOfCall(asked, batch, options, signal)));
      const answers = await Promise.all(stored.map(({ id }) => isAnsweredByStanding(id)));
      return stored.filter((_, index) => answers[index] !== true);
    },

    async withdraw(ids) {
      const because = 'the run ended before the call was made';
      const close = (id: string) =>
        store.changeQuestion(id, (current) => ended(current, 'cancelled', because, moment()));
      await Promise.all(ids.map(close));
    },

    left: (run, call) => leftQuestion(run, call, options),

    async claim(id, digest) {
      const known = await directory();
      return store.changeStanding(id, (current, open) =>
        withUse(current, claimed(current, digest, known, moment()), open, moment()),
      );
    },

    consume: (id, digest, intent) => store.changeQuestion(id, (current) => consumed(current, digest, intent, moment())),
  };
}
