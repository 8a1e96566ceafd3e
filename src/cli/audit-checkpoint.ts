// `sallyport audit checkpoint` and `audit prove`: sign the ledger as it is, and prove parts of it to others.

import { messageOf } from '../kernel/checked.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { parseCheckpoint } from '../ledger/checkpoint.ts';
import { leafHash } from '../ledger/merkle.ts';
import { consistencyFile, inclusionFile } from '../ledger/proof-file.ts';
import { consistencyRanges, gatherRoots, inclusionRanges, type Range } from '../ledger/proofs.ts';
import { sourceOfStore } from '../ledger/record-source.ts';
import { type CheckpointParts, type WrittenCheckpoint, writeCheckpoint } from '../ledger/write-checkpoint.ts';
import { checkpointsIn } from './audit-verify.ts';
import type { Action, Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { signingParts } from './ledger-keys.ts';
import { publishersOf } from './open-checkpoints.ts';
import { openLedger } from './open-ledger.ts';
import { jsonText, tellOn } from './screen.ts';

/** `audit checkpoint`: signs everything there is now, publishes it, and prints it. */
export function printCheckpoint(): Action {
  return withSigning(async (parts, { settings, screen }) => {
    const written = await sign(parts);
    let code: number = exitCode.done;
    for (const publisher of publishersOf(settings)) {
      await publisher.publish(written.note).catch((error: unknown) => {
        code = exitCode.failed;
        tellOn(screen)(`could not publish the checkpoint to ${publisher.name}: ${messageOf(error)}`);
      });
    }
    screen.result(screen.isJson ? jsonText(written) : written.note.slice(0, -1));
    return code;
  });
}

/** `audit prove`: a file that proves a record, or that the ledger goes on from an older checkpoint. */
export function printProof(record: string | undefined, { since }: { since?: string }): Action {
  if ((record === undefined) === (since === undefined)) {
    throw new UsageError(
      'could not tell what to prove: give a record number, or `--since` with the file of a checkpoint',
    );
  }
  return withSigning(async (parts, { screen }) => {
    const written = await sign(parts);
    const proof =
      since === undefined ? await proveRecord(parts, written, Number(record)) : await proveSince(parts, written, since);
    screen.result(screen.isJson ? jsonText({ proof }) : proof.slice(0, -1));
    return exitCode.done;
  });
}

async function proveRecord(parts: CheckpointParts, { note, size }: WrittenCheckpoint, seq: number): Promise<string> {
  if (!Number.isInteger(seq) || seq < 1 || seq > size) {
    throw new UsageError(`could not prove record \`${seq}\`: give a number from 1 to ${size}`);
  }
  const ranges = inclusionRanges(seq - 1, size);
  const { roots, texts } = await walk(parts, size, ranges, seq);
  return inclusionFile(texts, seq - 1, roots, note);
}

async function proveSince(parts: CheckpointParts, written: WrittenCheckpoint, since: string): Promise<string> {
  const olds = checkpointsIn(since).map(({ note }) => parseCheckpoint(note.text));
  const old = olds.at(-1);
  if (old === null || old === undefined || old.size < 1 || old.size > written.size) {
    throw new UsageError(`could not prove anything since \`${since}\`: its last checkpoint is not one of this ledger`);
  }
  const { roots } = await walk(parts, written.size, consistencyRanges(old.size, written.size), 0);
  return consistencyFile(old.size, roots, written.note);
}

/** Goes through the first `size` records once: for the roots of these ranges, and the text of record `seq`. */
async function walk(
  { store }: CheckpointParts,
  size: number,
  ranges: readonly Range[],
  seq: number,
): Promise<{ readonly roots: readonly string[]; readonly texts: string }> {
  const gathered = gatherRoots(ranges);
  const source = await sourceOfStore(store);
  let at = 0;
  let found = '';
  for await (const { text } of source.entries(0)) {
    at += 1;
    if (at > size) break;
    if (at === seq) found = text;
    gathered.add(leafHash(text));
  }
  return { roots: gathered.roots(), texts: found };
}

async function sign(parts: CheckpointParts): Promise<WrittenCheckpoint> {
  const written = await writeCheckpoint(parts);
  if (written === null) throw new UsageError('could not sign the ledger: it has no records yet');
  return written;
}

/** Work that signs, with the ledger of the state home open. */
export function withSigning(work: (parts: CheckpointParts, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { home } = context.settings;
    const { store, ledger } = await openLedger(home, systemClock);
    try {
      return await work(signingParts(home, store, ledger), context);
    } finally {
      await store.close();
    }
  };
}
