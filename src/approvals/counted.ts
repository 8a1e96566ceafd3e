// Which of the approvals that were given count at a moment: rights and keys may have gone since.

import type { StoredQuestion } from '../kernel/store.ts';
import type { Directory } from './people.ts';
import { isProven } from './proven.ts';
import { askedIn, type Right, stillStands } from './rights.ts';

/** The rights behind the approvals that count now, one of each person. */
export function countedRights(stored: StoredQuestion, directory: Directory, now: number): readonly Right[] {
  const asked = askedIn(stored.question);
  const seen = new Set<string>();
  return stored.answers.flatMap((answer) => {
    const person = directory.people.find(({ id }) => id === answer.person);
    if (answer.kind !== 'approve' || person === undefined || seen.has(person.id)) return [];
    if (!isProven(answer, stored, person)) return [];
    seen.add(person.id);
    return stillStands(answer, asked, directory, now) ?? [];
  });
}
