// What a person signs: which answer to which question, in one spelling. Whoever has the record and the person's public key
// can check it, without the database and without this program's word for it.

import { canonicalJson, digestOf } from '../kernel/canonical.ts';
import type { StoredAnswer, StoredQuestion } from '../kernel/store.ts';
import type { AnswerScope, Json, JsonObject } from '../kernel/types.ts';
import { isSignedBy } from './keys.ts';

/** Everything an answer says. The reason is not part of it: it may hold secrets, and nothing hangs on it. */
export interface Statement {
  /** The ledger that the question is in, by the hash of its first record. */
  readonly ledger: string;
  readonly approval: string;
  readonly digest: string;
  readonly answer: 'approve' | 'decline' | 'edit';
  /** Digest of the arguments of an edit; null for every other answer. */
  readonly args: string | null;
  readonly scope: AnswerScope;
  /** Number of the pattern that is accepted; 0 for none. */
  readonly pattern: number;
  /** Id of the person who answers. */
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** First line of what is signed, so that a signature made for something else is never taken for an answer. */
export const statementHead = 'sallyport approval answer v1';

/** The bytes that are signed. */
export const statementText = (statement: Statement): string => `${statementHead}\n${canonicalJson(statement)}\n`;

/** What an answer to this question says. */
export const statementOf = (
  { question }: Pick<StoredQuestion, 'question'>,
  { kind, scope, pattern, args }: Pick<StoredAnswer, 'kind' | 'scope' | 'pattern' | 'args'>,
  person: string,
  ledger: string,
): Statement => ({
  ledger,
  approval: question.id,
  digest: question.sealed.digest,
  answer: kind,
  args: args === null ? null : digestOf(args),
  scope,
  pattern,
  person,
  deadline: question.deadline,
});

/** The statement in a signed text, or null if it is none, or not in its one spelling. */
export function readStatement(signed: string): JsonObject | null {
  const [head, json, rest, ...more] = signed.split('\n');
  if (head !== statementHead || json === undefined || rest !== '' || more.length > 0) return null;
  try {
    const parsed: Json = JSON.parse(json);
    if (!isObject(parsed) || canonicalJson(parsed) !== json) return null;
    return parsed;
  } catch {
    return null;
  }
}

/** What the record `approval-answered` of an export proves. */
export type ProofVerdict =
  | { readonly kind: 'signed'; readonly person: string; readonly key: string }
  /** Nothing was signed: the ledger's own word is all there is. */
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'bad'; readonly because: string };

/** A public key, and whose you know it to be. */
export interface TrustedKey {
  readonly person: string;
  readonly key: string;
}

/**
 * Checks the signature in the body of a record, offline: that it is by a key you trust to be of the person the record names,
 * and over exactly what the record says. `ledger` is the hash of the first record of that ledger.
 */
export function verifyProof(body: JsonObject, trusted: readonly TrustedKey[], ledger: string): ProofVerdict {
  const { proof } = body;
  if (!isObject(proof) || proof.kind !== 'signature') return { kind: 'unsigned' };
  const { key, signed, signature } = proof;
  if (typeof key !== 'string' || typeof signed !== 'string' || typeof signature !== 'string')
    return bad('its proof is incomplete');
  const statement = readStatement(signed);
  if (statement === null) return bad('what was signed is no answer to an approval');
  if (!isSignedBy(key, signed, signature)) return bad('the signature does not fit what was signed');
  const said = {
    ledger,
    approval: body.approval,
    digest: body.digest,
    answer: body.answer,
    person: body.by,
    scope: body.scope,
    pattern: body.pattern,
    // The arguments themselves may be hidden in the record.
    args: body.argsDigest,
  };
  for (const [name, value] of Object.entries(said)) {
    if (canonicalJson(statement[name] ?? null) !== canonicalJson(value ?? null))
      return bad(`the person signed another \`${name}\` than the record says`);
  }
  const person = String(body.by);
  const isTrusted = trusted.some((one) => one.person === person && one.key === key);
  return isTrusted
    ? { kind: 'signed', person, key }
    : bad(`the key \`${key}\` is none that you trust to be of \`${person}\``);
}

const bad = (because: string): ProofVerdict => ({ kind: 'bad', because });

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
