// What a person shows besides their account: a code, or a signature that is made here with their key or was made elsewhere.

import type { Command } from 'commander';
import { type Evidence, nothingShown } from '../approvals/step-up.ts';
import { openKeyFile, usualKeyPath } from './approver-key.ts';
import { UsageError } from './exit-codes.ts';

/** The options of `addEvidenceOptions`. */
export interface EvidenceOptions {
  readonly code?: string;
  readonly sign?: boolean;
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly signature?: string;
}

/** Adds the options with which a command takes a step-up. */
export const addEvidenceOptions = (command: Command): Command =>
  command
    .option('--code <code>', 'code that your device shows')
    .option('--sign', 'sign with your own key')
    .option('--key <file>', 'file of that key, where it is not the usual one')
    .option('--passphrase-file <file>', 'file whose first line is the passphrase of the key')
    .option('--signature <signature>', 'signature that you made elsewhere');

/**
 * What was shown; `statement` is the text to sign.
 * @throws {UsageError} for more than one kind of it.
 */
export async function evidenceIn(options: EvidenceOptions, statement: () => Promise<string>): Promise<Evidence> {
  const { code, sign, key, signature, passphraseFile } = options;
  const isSigning = sign === true || key !== undefined;
  if ([code !== undefined, isSigning, signature !== undefined].filter(Boolean).length > 1)
    throw new UsageError('use one of `--code`, `--sign` and `--signature`');
  if (code !== undefined) return { kind: 'code', code };
  if (signature !== undefined) return { kind: 'signature', signature, handedInBy: '' };
  if (!isSigning) return nothingShown;
  const opened = await openKeyFile(key ?? usualKeyPath(), { passphraseFile });
  return { kind: 'signature', signature: opened.sign(await statement()), handedInBy: '' };
}
