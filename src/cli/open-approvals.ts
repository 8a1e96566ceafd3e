// Approvals as this account sees them: who may answer is configured, who answers is the account that runs the command.

import { userInfo } from 'node:os';
import { type ApprovalDesk, createApprovals } from '../approvals/approvals.ts';
import { createProver, nothingShown } from '../approvals/step-up.ts';
import type { Settings } from '../config.ts';
import type { Approvals } from '../kernel/ports.ts';
import { createRedactor } from '../kernel/redactor.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { isInstanceAlive } from '../store/instance.ts';
import type { AnswerQuestion } from './ask-in-terminal.ts';
import { openPeople } from './open-people.ts';

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
  const people = openPeople(store, settings);
  const approvals = createApprovals({
    store,
    clock: systemClock,
    directory: people.directory,
    prove: createProver(people.codes),
    instance,
    isAlive: isInstanceAlive,
    redact,
    pendingMax,
  });
  return {
    approvals,
    async answer(id, kind, reason, evidence = nothingShown) {
      const stored = await approvals.show(id);
      if (stored === null) throw new Error(`there is no question \`${id}\`: see \`sallyport approvals list\``);
      const { digest } = stored.question.sealed;
      const reply = { kind, reason, digest, scope: { kind: 'once' }, pattern: 0, args: null } as const;
      const me = (await people.me()) ?? { id: userInfo().username };
      const replied = await approvals.answer(id, reply, me, evidence);
      if (replied.kind === 'refused') throw new AnswerRefused(replied.because);
      return replied.missing;
    },
  };
}

/** Replaces the values of the keys and secrets that are set. */
export const redactorOf = ({ keys, secrets }: Settings): ((text: string) => string) =>
  createRedactor([...Object.values(keys).map(({ apiKey }) => apiKey), ...Object.values(secrets)]);

/** The answer changed nothing; the message says why. */
export class AnswerRefused extends Error {}
