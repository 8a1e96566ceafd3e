// `always`: a rule that would spare people a question, with how far it would have reached in the past. It is kept as a proposal
// in the ledger, for the operator to read; nothing ever loads it.

import type { Settings } from '../config.ts';
import { ledgerEntry } from '../kernel/ledger-entry.ts';
import type { Store, StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { createLedger } from '../ledger/ledger.ts';
import { historyTypes, pastCalls } from '../policy/history/past-calls.ts';
import { suggestFor } from '../policy/history/suggest.ts';
import { suggestionsText } from '../policy/history/suggestions-text.ts';
import { redactorOf } from './open-approvals.ts';
import { openJudge } from './open-judge.ts';
import { recordingOf } from './recording.ts';
import { lookedText } from './show-changes.ts';

const dayMs = 86_400_000;
/** A rule that nobody looks at again ends by itself. */
const lastsDays = 90;

/** Proposes the rule; what the person is told. */
export async function proposeRule(
  { question }: StoredQuestion,
  by: string,
  store: Store,
  settings: Settings,
): Promise<string> {
  const { id, sealed, caller } = question;
  const { findPrivate } = recordingOf(settings);
  const { tool, args } = sealed.action;
  if (findPrivate(tool, args).some(({ path: [name] }) => name === 'command' || name === 'argv'))
    return `no rule could be proposed for ${id}: its command is private, and a rule would spell it`;
  const ledger = createLedger(store, systemClock);
  const { policyFor } = await openJudge(settings, []);
  const policy = await policyFor(caller.agent);
  const now = systemClock.now();
  const past = () =>
    pastCalls(ledger.records({ order: 'oldest-first', types: historyTypes, from: null, run: null }), () => true);
  const expires = new Date(now + lastsDays * dayMs).toISOString().slice(0, 10);
  const found = await suggestFor({ action: sealed.action, caller, inputs: sealed.inputs, by }, past, policy, {
    expires,
    now,
  });
  const text = suggestionsText(found, lookedText(found));
  const other =
    policy.digest === sealed.decision.policyDigest ? '' : '\nit was asked under another policy than the configured one';
  const [suggestion] = found.suggestions;
  if (suggestion === undefined) {
    return `no rule could be proposed for ${id}: ${found.blocked[0]?.because ?? 'nothing in it can be named'}${other}`;
  }
  const { rule, blast, paths } = suggestion;
  const body = { approval: id, by, agent: caller.agent, run: caller.run, digest: sealed.digest, policy: policy.digest };
  const redact = redactorOf(settings);
  const entry = ledgerEntry('rule-proposed', { ...body, rule, blast, paths, text }, { redact, findPrivate }, [
    sealed.action,
  ]);
  const { seq } = await ledger.append(entry);
  return `proposed as ${seq}, which changes nothing until an operator puts it into a policy file${other}\n\n${text.trimEnd()}\n\n${id} itself still waits for an answer`;
}
