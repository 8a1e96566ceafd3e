// Which of the approvals that were given count at a moment: rights and keys may have gone since.

import type { StoredQuestion } from '../kernel/store.ts';
import type { Directory } from './people.ts';
import { isProven } from './proven.ts';
import { askedIn, type Right, stillStands } from './rights.ts';

/** The rights behind the approvals that count now. */
export function countedRights(stored: StoredQuestion, directory: Directory, now: number): readonly Right[] {
  const asked = askedIn(stored.question);
  return stored.answers.flatMap((answer) => {
    const person = directory.people.find(({ id }) => id === answer.person);
    const isCounted = answer.kind === 'approve' && person !== undefined && isProven(answer, stored, person);
    return isCounted ? (stillStands(answer, asked, directory, now) ?? []) : [];
  });
}
