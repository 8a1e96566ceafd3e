// Approvals as this account sees them: who may answer is configured, who answers is the account that runs the command.

import { userInfo } from 'node:os';
import { type ApprovalDesk, createApprovals } from '../approvals/approvals.ts';
import { createProver, type Evidence, nothingShown } from '../approvals/step-up.ts';
import type { Settings } from '../config.ts';
import type { Approvals } from '../kernel/ports.ts';
import { createRedactor, type Redact } from '../kernel/redactor.ts';
import type { Store, StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { mayWiden } from '../policy/explain/may-widen.ts';
import { isInstanceAlive } from '../store/instance.ts';
import type { AnswerQuestion } from './ask-in-terminal.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { UsageError } from './exit-codes.ts';
import { openPeople } from './open-people.ts';
import { recordingOf } from './recording.ts';
import { approvalStatement } from './print-statement.ts';

/** Questions open at once; beyond it a call that asks is refused. */
const pendingMax = 100;

export interface OpenApprovals {
  readonly approvals: Approvals & ApprovalDesk;
  /** Answers as the account of this process. Throws with a message for that person if the answer does not count. */
  readonly answer: AnswerQuestion;
  /** What a command line shows besides the account; see `addEvidenceOptions`. */
  shown(stored: StoredQuestion, options: AnswerOptions): Promise<Shown>;
}

/** What comes with an answer, and whose it is: the person behind this account, or the one whose signature it carries. */
export interface Shown {
  readonly evidence: Evidence;
  readonly person: string;
}

export interface AnswerOptions extends EvidenceOptions {
  readonly person?: string;
}

/** Approvals over `store`, in the name of the process `instance`. */
export function openApprovals(
  store: Store,
  settings: Settings,
  instance: string,
  redact: Redact,
): OpenApprovals {
  const people = openPeople(store, settings);
  const me = async () => (await people.me())?.id ?? userInfo().username;
  const approvals = createApprovals({
    store,
    clock: systemClock,
    directory: people.directory,
    prove: createProver(people.codes),
    instance,
    isAlive: isInstanceAlive,
    redact,
    findPrivate: recordingOf(settings).findPrivate,
    mayWiden: (words) => mayWiden(words, systemClock.now()),
    pendingMax,
  });
  return {
    approvals,
    async answer(id, kind, reason, shown) {
      const stored = await approvals.show(id);
      if (stored === null) throw new Error(`there is no question \`${id}\`: see \`sallyport approvals list\``);
      const { digest } = stored.question.sealed;
      const reply = { kind, reason, digest, scope: { kind: 'once' }, pattern: 0, args: null } as const;
      const { evidence, person } = shown ?? { evidence: nothingShown, person: await me() };
      const replied = await approvals.answer(id, reply, { id: person }, evidence);
      if (replied.kind === 'refused') throw new AnswerRefused(replied.because);
      return replied.missing;
    },
    async shown(stored, options) {
      const person = await me();
      const evidence = await evidenceIn(options, () => approvalStatement(stored, person, store));
      if (options.person === undefined || options.person === person) return { evidence, person };
      if (evidence.kind !== 'signature' || options.signature === undefined)
        throw new UsageError('`--person` names somebody else: that takes `--signature`, which only they can make');
      return { evidence: { ...evidence, handedInBy: person }, person: options.person };
    },
  };
}

/** Replaces the values of the keys and secrets that are set. */
export const redactorOf = ({ keys, secrets }: Settings): Redact =>
  createRedactor([...Object.values(keys).map(({ apiKey }) => apiKey), ...Object.values(secrets)]);

/** The answer changed nothing; the message says why. */
export class AnswerRefused extends Error {}
