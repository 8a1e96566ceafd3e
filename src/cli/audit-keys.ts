// `sallyport audit keys`: the keys that sign the ledger.

import { rotateKeys, signingKeys } from '../ledger/signing-keys.ts';
import { writeCheckpoint } from '../ledger/write-checkpoint.ts';
import { withSigning } from './audit-checkpoint.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { jsonText } from './screen.ts';

/** `audit keys list`: the public lines, the one that signs now first. The first use makes the first key. */
export function listSigningKeys(): Action {
  return withSigning(async ({ keeper, store, ledger }, { screen }) => {
    const { signer, older } = await signingKeys(keeper, store, ledger);
    const { line } = signer.verifier;
    if (screen.isJson) screen.result(jsonText({ signs: line, older }));
    else for (const one of [line, ...older]) screen.result(one);
    return exitCode.done;
  });
}

/** `audit keys rotate`: signs what there is with the old key, and lets it name a new one. */
export function rotateSigningKey(): Action {
  return withSigning(async (parts, { screen }) => {
    await writeCheckpoint(parts);
    const { signer } = await rotateKeys(parts.keeper, parts.store, parts.ledger);
    await writeCheckpoint(parts);
    const { line } = signer.verifier;
    screen.result(screen.isJson ? jsonText({ signs: line }) : line);
    screen.note('from now on this key signs; the old one signed that, and its checkpoints stay good\n');
    return exitCode.done;
  });
}
