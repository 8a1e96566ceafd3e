// A question at the terminal whose answer is not shown while it is typed.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from './exit-codes.ts';

/**
 * Asks at the terminal.
 * @throws {UsageError} if there is none.
 */
export async function askHidden(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('nobody can type a passphrase here: use `--passphrase-file`');
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
