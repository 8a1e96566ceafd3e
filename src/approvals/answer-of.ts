// From a settled question to what the call that asked hears.

import type { StoredQuestion } from '../kernel/store.ts';
import type { Answer } from '../kernel/types.ts';
import { approvers } from './states.ts';

/**
 * How a settled question reads to the call that asked.
 * @throws {Error} if nothing can come of it any more.
 */
export function answerOf(stored: StoredQuestion | null): Answer {
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
