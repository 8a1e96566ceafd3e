// Checkpoints: how many records there are and the root of the tree over them, in the words of C2SP's tlog-checkpoint, signed
// as a note. And the notes by which a ledger names its signing key: the first one signed by itself, each further one by the
// key before it, too.

import { isHash } from './base64.ts';

/** What a checkpoint says. */
export interface Checkpoint {
  /** Identity of the ledger. */
  readonly origin: string;
  /** Number of records. */
  readonly size: number;
  /** Root of the tree over them, in base64. */
  readonly root: string;
}

/** The text that is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${root}\n`;

/** Reads such a text; null if it is not one. Further lines are allowed by the format, and ignored. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const isWhole = rest.length >= 1 && rest.slice(0, -1).every((line) => line !== '') && rest.at(-1) === '';
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || !isHash(root) || !isWhole) return null;
  return { origin, size: Number(size), root };
}

/** A ledger names the key that signs for it from now on. */
export interface KeyNotice {
  readonly origin: string;
  /** The public key line. */
  readonly line: string;
}

const noticeStart = 'sallyport-ledger-key-v1';

/** The text that is signed. Its second line is not a number, so no checkpoint reads like it. */
export const noticeText = ({ origin, line }: KeyNotice): string => `${noticeStart}\nledger ${origin}\nkey ${line}\n`;

/** Reads such a text; null if it is not one. */
export function parseNotice(text: string): KeyNotice | null {
  const found = /^sallyport-ledger-key-v1\nledger ([^\s+]+)\nkey (\S+)\n$/u.exec(text);
  return found === null ? null : { origin: found[1] ?? '', line: found[2] ?? '' };
}
