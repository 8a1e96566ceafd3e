// The key that goes into the digests of calls with private arguments. Without it whoever has the ledger could try values
// until the digest fits. It lies in the state home, for its owner alone, and nowhere else.

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The key of this home, made when it is first asked for.
 * @throws {Error} if it can be neither read nor made, or is not one.
 */
export function digestKeyOf(home: string): () => string {
  let known = '';
  return () => {
    known ||= readKey(join(home, 'digest.key'));
    return known;
  };
}

function readKey(path: string): string {
  const key = readOrNull(path) ?? makeKey(path);
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new Error(`could not use the key in \`${path}\`: it is damaged; move it away, and a new one is made`);
  }
  return key;
}

/** Other processes see the whole key or none, and all the same one. */
function makeKey(path: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process was first.
    if (readOrNull(path) === null) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
