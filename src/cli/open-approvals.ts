// Approvals as this account sees them: who may answer is configured, who answers is the account that runs the command.

import { userInfo } from 'node:os';
import { createApprovals } from '../approvals/approvals.ts';
import type { ApprovalDesk } from '../approvals/desk.ts';
import type { SaidReply } from '../approvals/reply/reply.ts';
import { createProver } from '../approvals/step-up.ts';
import type { Settings } from '../config.ts';
import type { Approvals } from '../kernel/ports.ts';
import { createRedactor, type Redact } from '../kernel/redactor.ts';
import type { Store, StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { mayWiden } from '../policy/explain/may-widen.ts';
import { isInstanceAlive } from '../store/instance.ts';
import { type Answered, answerQuestions, type Shown, type SignedAnswer } from './answer-questions.ts';
import type { AnswerQuestion } from './ask-in-terminal.ts';
import { type EvidenceOptions, evidenceIn } from './evidence.ts';
import { UsageError } from './exit-codes.ts';
import { openPeople } from './open-people.ts';
import { answerStatement } from './print-statement.ts';
import { proposeRule } from './propose-rule.ts';
import { recordingOf } from './recording.ts';

/** Questions open at once; beyond it a call that asks is refused. */
const pendingMax = 100;

export interface OpenApprovals {
  readonly approvals: Approvals & ApprovalDesk;
  /** The person behind the account of this process; where there is none, the name of the account. */
  me(): Promise<string>;
  /** Answers as that person. */
  readonly answer: AnswerQuestion;
  /** Answers with what a command line shows besides the account; see `addEvidenceOptions`. */
  answerWith(said: SaidReply, options: AnswerOptions): Promise<readonly Answered[]>;
}

export interface AnswerOptions extends EvidenceOptions {
  readonly person?: string;
}

/** Approvals over `store`, in the name of the process `instance`. */
export function openApprovals(store: Store, settings: Settings, instance: string, redact: Redact): OpenApprovals {
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
  const answerWith = (said: SaidReply, options: AnswerOptions): Promise<readonly Answered[]> =>
    answerQuestions(said, {
      approvals,
      now: () => systemClock.now(),
      hasCode: options.code !== undefined,
      shownFor: (stored, answer) => shownFor(stored, answer, options),
      propose: async (stored) => proposeRule(stored, await me(), store, settings),
    });
  const shownFor = async (stored: StoredQuestion, answer: SignedAnswer, options: AnswerOptions): Promise<Shown> => {
    const person = await me();
    const evidence = await evidenceIn(options, () => answerStatement(stored, answer, person, store));
    if (options.person === undefined || options.person === person) return { evidence, person };
    if (evidence.kind !== 'signature' || options.signature === undefined)
      throw new UsageError('`--person` names somebody else: that takes `--signature`, which only they can make');
    return { evidence: { ...evidence, handedInBy: person }, person: options.person };
  };
  return { approvals, me, answer: (said) => answerWith(said, {}), answerWith };
}

/** Replaces the values of the keys and secrets that are set. */
export const redactorOf = ({ keys, secrets }: Settings): Redact =>
  createRedactor([...Object.values(keys).map(({ apiKey }) => apiKey), ...Object.values(secrets)]);
