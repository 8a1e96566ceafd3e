// Approvals as this account sees them: who may answer is configured, who answers is the account that runs the command.

import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type ApprovalDesk, createApprovals } from '../approvals/approvals.ts';
import { type Person, peopleOrOwner, personOfOsUser } from '../approvals/people.ts';
import type { Settings } from '../config.ts';
import type { Approvals } from '../kernel/ports.ts';
import { createRedactor } from '../kernel/redactor.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { isInstanceAlive } from '../store/instance.ts';
import type { AnswerQuestion } from './ask-in-terminal.ts';

/** Questions open at once; beyond it a call that asks is refused. */
const pendingMax = 100;

export interface OpenApprovals {
  readonly approvals: Approvals & ApprovalDesk;
  /** Answers as the account of this process. Throws with a message for that person if the answer does not count. */
  readonly answer: AnswerQuestion;
}

/** Approvals over `store`, in the name of the process `instance`. */
export function openApprovals(
  store: Store,
  settings: Settings,
  instance: string,
  redact: (text: string) => string,
): OpenApprovals {
  const people = peopleOrOwner(settings.config.people, ownerOf(settings.home));
  const approvals = createApprovals({
    store,
    clock: systemClock,
    people,
    instance,
    isAlive: isInstanceAlive,
    redact,
    pendingMax,
  });
  const person: Person = personOfOsUser(people, userInfo().username) ?? { id: userInfo().username, roles: [] };
  return {
    approvals,
    async answer(id, kind, reason) {
      const stored = await approvals.show(id);
      if (stored === null) throw new Error(`there is no question \`${id}\`: see \`sallyport approvals list\``);
      const { digest } = stored.question.sealed;
      const reply = {
        kind,
        reason,
        digest,
        scope: { kind: 'once' },
        pattern: 0,
        proof: { kind: 'none' },
        args: null,
      } as const;
      const replied = await approvals.answer(id, reply, person);
      if (replied.kind === 'refused') throw new AnswerRefused(replied.because);
      return replied.missing;
    },
  };
}

/** Roles of the account of this process. */
export const rolesOf = ({ config, home }: Settings): readonly string[] =>
  personOfOsUser(peopleOrOwner(config.people, ownerOf(home)), userInfo().username)?.roles ?? [];

/** Replaces the values of the keys and secrets that are set. */
export const redactorOf = ({ keys, secrets }: Settings): ((text: string) => string) =>
  createRedactor([...Object.values(keys).map(({ apiKey }) => apiKey), ...Object.values(secrets)]);

/** The answer changed nothing; the message says why. */
export class AnswerRefused extends Error {}

/** The account that owns the state home; one that is not there yet will be made by this one. */
function ownerOf(home: string): string {
  const current = userInfo();
  const owner = statSync(home, { throwIfNoEntry: false })?.uid ?? current.uid;
  return owner === current.uid ? current.username : `uid:${owner}`;
}
