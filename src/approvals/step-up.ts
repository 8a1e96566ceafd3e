// What a person shows beyond having been let in by the transport: a code of their device, or a signature by their own key. What
// always holds: a code counts once, over all processes and restarts; who guesses is locked out for a while.

import { jsonCopy } from '../kernel/canonical.ts';
import { messageOf } from '../kernel/checked.ts';
import type { Clock, LedgerEntry } from '../kernel/ports.ts';
import { draftRecord } from '../kernel/record-draft.ts';
import type { NoteChange, Store, StoredQuestion } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';
import { isSignedBy } from './keys.ts';
import type { Person } from './people.ts';
import { statementOf, statementText } from './statement.ts';
import type { Reply } from './states.ts';
import { stepOf } from './totp.ts';

/** What came with a reply. */
export type Evidence =
  | { readonly kind: 'none' }
  | { readonly kind: 'code'; readonly code: string }
  /** In base64, over the text of the statement; handed in by the person themselves, or by somebody else. */
  | { readonly kind: 'signature'; readonly signature: string; readonly handedInBy: string };

export const nothingShown: Evidence = Object.freeze({ kind: 'none' });

export type Proved =
  | { readonly kind: 'proved'; readonly proof: JsonObject }
  | { readonly kind: 'refused'; readonly because: string };

/** Turns what was shown into what is kept, or refuses it. */
export type Prove = (
  evidence: Evidence,
  stored: StoredQuestion,
  reply: Omit<Reply, 'proof'>,
  person: Person,
) => Promise<Proved>;

/** What is needed to check codes. */
export interface CodeOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** The secret behind a person's codes; null where they have none. */
  readonly secretOf: (person: string) => Buffer | null;
}

/** Checks evidence against people's secrets and keys. */
export function createProver(options: CodeOptions): Prove {
  return async (evidence, stored, reply, person) => {
    switch (evidence.kind) {
      case 'none':
        return { kind: 'proved', proof: { kind: 'none' } };
      case 'code': {
        const used = await useCode(evidence.code, person.id, `approval ${stored.question.id}`, options);
        return used.kind === 'refused' ? used : { kind: 'proved', proof: { kind: 'code', step: used.step } };
      }
      case 'signature': {
        const signed = statementText(statementOf(stored, reply, person.id, await ledgerName(options.store)));
        const key = person.keys.find((one) => isSignedBy(one, signed, evidence.signature));
        if (key === undefined) return refused(whyNotSigned(person, stored.question.id));
        const { signature, handedInBy } = evidence;
        const proof = { kind: 'signature', key, signed, signature };
        return { kind: 'proved', proof: handedInBy === '' ? proof : { ...proof, handedInBy } };
      }
      default:
        return evidence satisfies never;
    }
  };
}

/** The name of a ledger: the hash of its first record; '' while it is empty. */
export async function ledgerName(store: Pick<Store, 'records'>): Promise<string> {
  const [first] = await store.records(firstRecord);
  return first?.hash ?? '';
}

const firstRecord = {
  order: 'oldest-first',
  from: null,
  limit: 1,
  type: null,
  run: null,
  call: null,
  digest: null,
} as const;

const whyNotSigned = ({ id, keys }: Person, approval: string): string =>
  keys.length === 0
    ? `no key of \`${id}\` is known here: an operator enrols one with \`sallyport keys enrol\``
    : `the signature is not by a key of \`${id}\` over this answer: see \`sallyport approvals statement ${approval}\``;

/** What is remembered of somebody's codes. */
interface CodeNote {
  /** The last time step whose code was used: no earlier one counts any more. */
  readonly usedStep: number;
  /** When wrong codes were given, in milliseconds since the epoch. */
  readonly wrongAt: readonly number[];
  readonly lockedUntil: number;
}

const guessing = { wrongMax: 5, windowMs: 900_000, lockMs: 900_000 };

export type UsedCode =
  | { readonly kind: 'used'; readonly step: number }
  | { readonly kind: 'refused'; readonly because: string };

/** Uses up a code of this person for `what`; only one of two that give the same code at once is heard. */
export async function useCode(
  code: string,
  person: string,
  what: string,
  { store, clock, secretOf }: CodeOptions,
): Promise<UsedCode> {
  let secret: Buffer | null;
  try {
    secret = secretOf(person);
  } catch (error) {
    return refused(`could not check the code: ${messageOf(error)}`);
  }
  if (secret === null)
    return refused(`\`${person}\` has no device for codes: \`sallyport keys totp enrol\` makes one known`);
  const known = secret;
  const now = Math.trunc(clock.now());
  return store.changeNote(codeKey(person), (current) => tried(readNote(current), code, known, { person, what, now }));
}

/** Where the store keeps what is remembered of somebody's codes. */
export const codeKey = (person: string): string => `code:${person}`;

interface Try {
  readonly person: string;
  readonly what: string;
  readonly now: number;
}

function tried(note: CodeNote, code: string, secret: Buffer, { person, what, now }: Try): NoteChange<UsedCode> {
  const locked = (until: number) =>
    refused(
      `too many wrong codes for \`${person}\`: wait until ${new Date(until).toISOString()}, or let somebody else answer`,
    );
  if (now < note.lockedUntil) return { next: null, record: null, result: () => locked(note.lockedUntil) };
  const step = stepOf(code, secret, now, note.usedStep);
  if (step !== null) {
    return {
      next: { usedStep: step, wrongAt: [], lockedUntil: 0 },
      record: null,
      result: () => ({ kind: 'used', step }),
    };
  }
  const wrongAt = [...note.wrongAt.filter((at) => at > now - guessing.windowMs), now];
  const isTooMany = wrongAt.length >= guessing.wrongMax;
  const lockedUntil = isTooMany ? now + guessing.lockMs : 0;
  const entry: LedgerEntry = {
    type: 'code-refused',
    body: jsonCopy({ person, for: what, lockedUntil: lockedUntil || undefined }, (text) => text),
  };
  const wrong = refused('the code is wrong, too old, or was used before: wait for the next one');
  return {
    next: { usedStep: note.usedStep, wrongAt: isTooMany ? [] : wrongAt, lockedUntil },
    record: draftRecord(entry, now),
    result: () => (isTooMany ? locked(lockedUntil) : wrong),
  };
}

function readNote(note: JsonObject | null): CodeNote {
  const numbers = Array.isArray(note?.wrongAt) ? note.wrongAt.filter((at) => typeof at === 'number') : [];
  return { usedStep: numberIn(note?.usedStep, -1), wrongAt: numbers, lockedUntil: numberIn(note?.lockedUntil, 0) };
}

const numberIn = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const refused = (because: string) => ({ kind: 'refused', because }) as const;
