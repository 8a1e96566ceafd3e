// Whether what came with an answer is as much as the rule demands. It is looked at when the answer is given and again when
// the call uses it: a key that was revoked between the two opens nothing.

import { canonicalJson } from '../kernel/canonical.ts';
import type { StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import { stepUpRank } from '../kernel/terms.ts';
import type { JsonObject, StepUp } from '../kernel/types.ts';
import { isSignedBy } from './keys.ts';
import type { Person } from './people.ts';
import { readStatement } from './statement.ts';

/** How much the proof of an answer is, 'none' if it does not hold. */
export function shownBy(answer: StoredAnswer, stored: StoredQuestion, person: Person): StepUp {
  const { proof } = answer;
  if (proof.kind === 'code') return 'code';
  return proof.kind === 'signature' && isSigned(proof, answer, stored, person) ? 'signature' : 'none';
}

/** True if the answer shows what the rule demands. Only approvals have to: stopping is always possible. */
export const isProven = (answer: StoredAnswer, stored: StoredQuestion, person: Person): boolean =>
  stepUpRank[shownBy(answer, stored, person)] >= stepUpRank[stored.question.sealed.decision.terms.stepUp];

function isSigned(proof: JsonObject, { kind, scope }: StoredAnswer, stored: StoredQuestion, person: Person): boolean {
  const { key, signed, signature } = proof;
  if (typeof key !== 'string' || typeof signed !== 'string' || typeof signature !== 'string') return false;
  const said = readStatement(signed);
  if (said === null || !person.keys.includes(key) || !isSignedBy(key, signed, signature)) return false;
  const { id, sealed } = stored.question;
  const isScope = canonicalJson(said.scope ?? null) === canonicalJson(scope);
  return (
    isScope &&
    said.approval === id &&
    said.digest === sealed.digest &&
    said.answer === kind &&
    said.person === person.id
  );
}
