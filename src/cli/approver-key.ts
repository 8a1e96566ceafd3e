// The private key of whoever sits at this machine: a file in their own home, outside the state home, for them alone.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isEncrypted, makeKey, readKey } from '../approvals/keys.ts';
import { askHidden } from './ask-hidden.ts';
import { UsageError } from './exit-codes.ts';
import { makePrivateDirectory } from './private-directory.ts';

/** Where the key lies unless another file is named. */
export const usualKeyPath = (): string => join(homedir(), '.sallyport-keys', 'approver.pem');

/** How a passphrase is given: typed, or as the first line of a file. */
export interface PassphraseOptions {
  readonly passphraseFile?: string | undefined;
}

/**
 * Makes a key in `path`; answers the public half.
 * @throws {UsageError} if there is a file already: a key is never overwritten.
 */
export async function createKeyFile(path: string, isSecured: boolean, options: PassphraseOptions): Promise<string> {
  if (existsSync(path)) throw new UsageError(`there is a key in \`${path}\` already; name another file with \`--key\``);
  const passphrase = isSecured ? await passphraseOf('passphrase for the new key: ', options) : '';
  if (isSecured && passphrase.length < 8)
    throw new UsageError('the passphrase is shorter than 8 characters: use a longer one');
  const { publicKey, pem } = makeKey(passphrase);
  makePrivateDirectory(dirname(path));
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx', flush: true });
  return publicKey;
}

/**
 * Reads the key in `path`, asking for its passphrase where it has one.
 * @throws {UsageError} if it is missing, or open to others.
 */
export async function openKeyFile(path: string, options: PassphraseOptions): Promise<ReturnType<typeof readKey>> {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined)
    throw new UsageError(`there is no key in \`${path}\`: make one with \`sallyport keys create\``);
  if ((file.mode & 0o077) !== 0)
    throw new UsageError(
      `others can read the key in \`${path}\`: close it with \`chmod 600 ${path}\`, or make a new one`,
    );
  const pem = readFileSync(path, 'utf8');
  return readKey(pem, isEncrypted(pem) ? await passphraseOf('passphrase of the key: ', options) : '');
}

async function passphraseOf(question: string, { passphraseFile }: PassphraseOptions): Promise<string> {
  if (passphraseFile === undefined) return askHidden(question);
  return readFileSync(passphraseFile, 'utf8').split('\n')[0] ?? '';
}
