// What records keep secret: finding the commitments of a record, proving what one stands for, and destroying salts, after
// which nobody can prove it any more.

import { z } from 'zod';
import { isCommittedText } from '../../kernel/commitment.ts';
import { ledgerEntry } from '../../kernel/ledger-entry.ts';
import type { LedgerEntry } from '../../kernel/ports.ts';
import { nothingPrivate } from '../../kernel/private-parts.ts';
import { draftRecord } from '../../kernel/record-draft.ts';
import { spellingsOf } from '../../kernel/redactor.ts';
import type { Store } from '../../kernel/store.ts';
import type { JsonObject } from '../../kernel/types.ts';

/** Something a record does not show. */
export interface HiddenPart {
  /** `secret` or `private`. */
  readonly what: string;
  readonly commitment: string;
  /** Of the hidden text, in UTF-8. */
  readonly bytes: number;
  /** JSON pointers into the body. */
  readonly places: readonly string[];
}

/** `hidden` of a body: a record is data from a file. */
const hidden = z.array(
  z.object({ what: z.string(), commitment: z.string(), bytes: z.number(), in: z.array(z.string()) }),
);

/** What a given text has to do with hidden parts. */
export type Proof =
  | { readonly kind: 'proven'; readonly part: HiddenPart; readonly spelling: 'as it is' | 'in another spelling' }
  | { readonly kind: 'other' }
  /** No salt is left to check it with; when the last one was destroyed. */
  | { readonly kind: 'destroyed'; readonly at: number };

/** The hidden parts of a body, all or those at a place. */
export function hiddenIn(body: JsonObject, place: string | undefined): readonly HiddenPart[] {
  const parts = (hidden.safeParse(body.hidden).data ?? []).map(({ in: places, ...part }) => ({ ...part, places }));
  return place === undefined ? parts : parts.filter(({ places }) => places.includes(place));
}

/** Whether one of these parts is the text, as it is or in a spelling under which secrets are hidden. */
export async function proveText(text: string, parts: readonly HiddenPart[], store: Store): Promise<Proof> {
  let destroyedAt = 0;
  for (const part of parts) {
    const stored = await store.salt(part.commitment);
    destroyedAt = Math.max(destroyedAt, stored?.goneAt ?? 0);
    const salt = stored?.salt ?? null;
    if (salt === null) continue;
    const { commitment } = part;
    if (isCommittedText({ commitment, salt }, text)) return { kind: 'proven', part, spelling: 'as it is' };
    const isSpelled = spellingsOf(text).some((spelled) => isCommittedText({ commitment, salt }, spelled));
    if (isSpelled) return { kind: 'proven', part, spelling: 'in another spelling' };
  }
  return destroyedAt > 0 ? { kind: 'destroyed', at: destroyedAt } : { kind: 'other' };
}

/** Gives out the salts that are left, as hex digits by commitment, once it is on record who has them now. */
export async function revealSalts(
  record: number,
  parts: readonly HiddenPart[],
  store: Store,
  by: string,
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const salts = new Map<string, string>();
  for (const { commitment } of parts) {
    const salt = (await store.salt(commitment))?.salt ?? null;
    if (salt !== null) salts.set(commitment, salt.toString('hex'));
  }
  if (salts.size > 0) await store.append(draftAbout('salt-revealed', record, [...salts.keys()], by, now));
  return salts;
}

/** Destroys the salts of these parts, with a record that says who did. */
export async function destroyParts(
  record: number,
  parts: readonly HiddenPart[],
  store: Store,
  by: string,
  now: number,
): Promise<void> {
  const commitments = parts.map(({ commitment }) => commitment);
  await store.destroySalts(commitments, draftAbout('salts-destroyed', record, commitments, by, now));
}

function draftAbout(
  type: LedgerEntry['type'],
  record: number,
  commitments: readonly string[],
  by: string,
  now: number,
) {
  const entry = ledgerEntry(type, { by, record, commitments }, { redact: (text) => text, findPrivate: nothingPrivate });
  return draftRecord(entry, Math.trunc(now));
}
