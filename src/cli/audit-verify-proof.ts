// `sallyport audit verify --proof`: what a file proves, on any machine, without a ledger.

import { existsSync } from 'node:fs';
import type { Evidence } from '../ledger/verify.ts';
import { type ProofFound, verifyProof } from '../ledger/verify-proof.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { readSmallFile } from './read-small-file.ts';
import { harmless, jsonText, type Screen } from './screen.ts';

/** 0 if it proves what it says and a trusted key signed its checkpoint, 1 if it does not, 3 if no trusted key did. */
export function verifyProofFile(path: string, evidence: Evidence): Action {
  if (!existsSync(path)) throw new UsageError(`could not read the proof \`${path}\`: there is no such file`);
  return async ({ screen }) => {
    const found = verifyProof(readSmallFile(path), evidence);
    screen.result(screen.isJson ? jsonText(found) : proofText(found, screen));
    if (!found.isSound) return exitCode.failed;
    return found.isTrusted ? exitCode.done : exitCode.untrusted;
  };
}

function proofText(found: ProofFound, { colours }: Screen): string {
  if (!found.isSound) return `${colours.red('proof: BROKEN')} ${harmless(found.problem)}`;
  const whose = found.isTrusted
    ? colours.green('trusted: a key that you trust signed that')
    : colours.yellow('trusted: no key that you trust signed that; name keys with --trust');
  return [`${colours.green('proof: ok')} (${harmless(found.proves)})`, whose, harmless(found.text)]
    .join('\n')
    .trimEnd();
}
