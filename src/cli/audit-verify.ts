// `sallyport audit verify`: is the ledger what was written, and who stands behind it? Two findings, never one.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { messageOf } from '../kernel/checked.ts';
import type { LedgerHead } from '../kernel/store.ts';
import type { VerifiedOutputs } from '../ledger/beside/verify-outputs.ts';
import { parseNotes, parseVerifierKey, type VerifierKey } from '../ledger/note.ts';
import { withPageChecker } from '../ledger/page-checker.ts';
import { sourceOfExport } from '../ledger/record-source.ts';
import { type Evidence, headText, parseHead, type Verification, verify } from '../ledger/verify.ts';
import { withLedger } from './audit.ts';
import { verifyProofFile } from './audit-verify-proof.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { readSmallFile } from './read-small-file.ts';
import { harmless, jsonText, type Screen } from './screen.ts';

interface Options {
  readonly head?: string;
  readonly file?: string;
  readonly proof?: string;
  readonly checkpoint: readonly string[];
  readonly trust: readonly string[];
}

/** `audit verify`: 0 if every record is what was written, 1 if not, 3 if it is but not signed by whom you trust. */
export function verifyLedger({ head, file, proof, checkpoint, trust }: Options): Action {
  const evidence: Evidence = {
    head: head === undefined ? null : headFrom(head),
    checkpoints: checkpoint.flatMap(checkpointsIn),
    trusted: trust.flatMap(keysFrom),
  };
  if (proof !== undefined) {
    if (head !== undefined || file !== undefined)
      throw new UsageError('could not check a proof together with `--file` or `--head`: a proof needs neither');
    return verifyProofFile(proof, evidence);
  }
  const told = (found: Verification, screen: Screen, outputs: VerifiedOutputs | null = null): number => {
    const whole = outputs === null ? found : { ...found, outputs };
    const text = () => [verificationText(found, screen), ...outputLines(outputs, screen)].join('\n');
    screen.result(screen.isJson ? jsonText(whole) : text());
    if (!found.isSound || (outputs !== null && outputs.bad.length > 0)) return exitCode.failed;
    return trust.length === 0 || found.isTrusted ? exitCode.done : exitCode.untrusted;
  };
  if (file === undefined) {
    return withLedger(async (ledger, { screen }) =>
      told(await ledger.verify(evidence.head, evidence), screen, await ledger.verifyOutputs()),
    );
  }
  if (!existsSync(file)) throw new UsageError(`could not read the export \`${file}\`: there is no such file`);
  const source = sourceOfExport(() => createReadStream(file, { highWaterMark: 1_048_576 }));
  return ({ screen }) =>
    withPageChecker(statSync(file).size, async (checker) => told(await verify(source, evidence, checker), screen));
}

/** What was found, for people: is it intact, up to where is it signed, and by whom. */
export function verificationText(found: Verification, { colours }: Screen): string {
  return [intactLine(found, colours), ...(found.isSound ? signingLines(found, colours) : [])].join('\n');
}

/** The first finding alone: is it intact? */
export function intactLine(found: Verification, colours: Screen['colours']): string {
  if (!found.isSound) {
    const bad = `at record ${found.bad}: ${harmless(found.problem)}`;
    return `${colours.red('audit verify: BROKEN')} ${bad} (${found.records} records before it are sound)`;
  }
  return `${colours.green('audit verify: ok')} (${found.records} records, head ${headText(found.head)})`;
}

/** Long outputs that lie beside the records; an export has none. */
function outputLines(outputs: VerifiedOutputs | null, { colours }: Screen): readonly string[] {
  if (outputs === null || outputs.sound + outputs.pruned + outputs.bad.length === 0) return [];
  if (outputs.bad.length === 0)
    return [`outputs: ${outputs.sound} beside the records are what they were, ${outputs.pruned} were pruned`];
  return [colours.red(`outputs: BROKEN: those with the SHA-256 ${outputs.bad.join(', ')} were changed or lost`)];
}

/** The keys in an option: a public key line, or a file of them. */
export function keysFrom(option: string): readonly VerifierKey[] {
  const lines = existsSync(option)
    ? readSmallFile(option)
        .split('\n')
        .filter((line) => line.trim() !== '')
    : [option];
  if (lines.length === 0) throw new UsageError(`could not use \`--trust ${option}\`: there is no key in the file`);
  try {
    return lines.map(parseVerifierKey);
  } catch (error) {
    throw new UsageError(`could not use \`--trust ${option}\`: ${messageOf(error)}`);
  }
}

function signingLines({ records, signing, isTrusted }: Verification, colours: Screen['colours']): readonly string[] {
  const { keys, signed, trusted } = signing;
  if (keys.length === 0) return ['signed: nothing; no checkpoint was written yet'];
  const by = keys.map(({ line }) => line.split('+')[1]).join(', ');
  const range = (count: number): string => (count === 0 ? 'none' : `records 1 to ${count}`);
  const lines = [`signed: ${range(signed)} of ${records}, by the ledger's own keys (${by})`];
  const broken = keys.filter(({ isSuccessor }) => !isSuccessor);
  for (const { seq } of broken) lines.push(`record ${seq} names a signing key that the key before it did not sign`);
  if (trusted === null) return [...lines, 'trusted: not asked; name the keys that you trust with --trust'];
  if (isTrusted) return [...lines, colours.green(`trusted: all of it is signed by a key that you trust`)];
  const rest = 'run `audit checkpoint` where the key is, or ask why not';
  return [
    ...lines,
    colours.yellow(`trusted: ${range(trusted)} are signed by a key that you trust, the rest is not: ${rest}`),
  ];
}

function headFrom(text: string): LedgerHead {
  try {
    return parseHead(text);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** The checkpoints in a file, each by its name and place. */
export function checkpointsIn(path: string): Evidence['checkpoints'] {
  if (!existsSync(path)) throw new UsageError(`could not read the checkpoint \`${path}\`: there is no such file`);
  try {
    const notes = parseNotes(readSmallFile(path));
    return notes.map((note, index) => ({ name: notes.length === 1 ? path : `${path} (${index + 1})`, note }));
  } catch (error) {
    throw new Error(`could not use the checkpoint \`${path}\`: ${messageOf(error)}`, { cause: error });
  }
}
