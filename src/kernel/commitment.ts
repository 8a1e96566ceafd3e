// A commitment stands in a record where nobody may read what was there. It says nothing about it to whoever lacks its salt,
// and with the salt it proves what it was: nothing else has the same commitment.

import { hash, randomBytes } from 'node:crypto';

const saltBytes = 32;

/** A commitment with the salt that belongs to it. */
export interface Committed {
  /** `sha256:` and the SHA-256, in hex, of the salt followed by the UTF-8 text. */
  readonly commitment: string;
  readonly salt: Buffer;
}

/** Commits to a text under a salt of its own. */
export function commitTo(text: string): Committed {
  const salt = randomBytes(saltBytes);
  return { commitment: commitmentOf(salt, text), salt };
}

/** Whether this is the text that was committed to. A salt of another length proves nothing: the text could begin in it. */
export const isCommittedText = ({ commitment, salt }: Committed, text: string): boolean =>
  salt.length === saltBytes && commitmentOf(salt, text) === commitment;

const commitmentOf = (salt: Buffer, text: string): string =>
  `sha256:${hash('sha256', Buffer.concat([salt, Buffer.from(text, 'utf8')]), 'hex')}`;
