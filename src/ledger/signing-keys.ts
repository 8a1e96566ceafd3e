// The keys that sign a ledger: made at the first use, replaced by rotation. What always holds: a key signs nothing before a
// record names it, and the record that names its successor is signed by both.

import { randomBytes } from 'node:crypto';
import type { Ledger } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import { noticeText, parseNotice } from './checkpoint.ts';
import { makeSignerKey, parseNote, parseVerifierKey, type SignerKey, signNote, type VerifierKey } from './note.ts';
import { parseRecord } from './record.ts';

/** What is kept of a ledger's keys. */
export interface KeptKeys {
  readonly signer: SignerKey;
  /** The note that names it. */
  readonly notice: string;
  /** Public lines of the keys before it. */
  readonly older: readonly string[];
}

/** Where they are kept, for their owner's eyes alone. */
export interface KeyKeeper {
  /** Null if none were made yet. */
  load(): Promise<KeptKeys | null>;
  /** Keeps the first ones, durably; false if some are there already. */
  create(keys: KeptKeys): Promise<boolean>;
  /** Puts these in the place of others, durably, all or nothing. */
  replace(keys: KeptKeys): Promise<void>;
}

const keyRecordsMax = 10_000;

/** The keys, made and named if that has not happened yet. */
export async function signingKeys(keeper: KeyKeeper, store: Store, ledger: Ledger): Promise<KeptKeys> {
  const named = await namedKeys(store);
  const keys = (await keeper.load()) ?? (await firstKeys(keeper, named));
  if (!named.some(({ line }) => line === keys.signer.verifier.line)) {
    await ledger.append({ type: 'ledger-key', body: { note: keys.notice } });
  }
  return keys;
}

/** Makes the key that signs from now on; the one before it signs only that. */
export async function rotateKeys(keeper: KeyKeeper, store: Store, ledger: Ledger): Promise<KeptKeys> {
  const { signer, older } = await signingKeys(keeper, store, ledger);
  const { name, line } = signer.verifier;
  const next = makeSignerKey(name);
  const notice = signNote(noticeText({ origin: name, line: next.verifier.line }), [next, signer]);
  // On disk before it is named: if this process dies in between, whoever comes next names it.
  await keeper.replace({ signer: next, notice, older: [line, ...older] });
  return signingKeys(keeper, store, ledger);
}

/** Every key that may have signed a checkpoint of this ledger. */
export const verifiersOf = ({ signer, older }: KeptKeys): readonly VerifierKey[] => [
  signer.verifier,
  ...older.map(parseVerifierKey),
];

/** The keys that the ledger names, oldest first. What is no record of one is left out; `audit verify` finds it. */
async function namedKeys(store: Store): Promise<readonly { readonly origin: string; readonly line: string }[]> {
  const everything = { order: 'oldest-first', from: null, run: null, call: null, digest: null } as const;
  const rows = await store.records({ ...everything, type: 'ledger-key', limit: keyRecordsMax });
  return rows.flatMap(({ text }) => {
    const { note } = parseRecord(text).body;
    const notice = parseNotice((typeof note === 'string' ? parseNote(note)?.text : null) ?? '');
    return notice === null ? [] : [notice];
  });
}

/** Where the key file is gone, the ledger keeps its name; readers are told that the old key did not sign the new one. */
async function firstKeys(keeper: KeyKeeper, named: readonly { readonly origin: string }[]): Promise<KeptKeys> {
  const origin = named.at(-1)?.origin ?? `sallyport/${randomBytes(8).toString('hex')}`;
  const signer = makeSignerKey(origin);
  const notice = signNote(noticeText({ origin, line: signer.verifier.line }), [signer]);
  const made = { signer, notice, older: [] };
  if (await keeper.create(made)) return made;
  const others = await keeper.load();
  if (others === null) throw new Error('could not keep the signing key of the ledger: somebody removes it; look who');
  return others;
}
