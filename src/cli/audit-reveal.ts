// `sallyport audit reveal` and `forget`: what a record does not show can be proven as long as its salt is there, by whoever
// knows it, and by nobody once the salt is destroyed.

import { userInfo } from 'node:os';
import { systemClock } from '../kernel/system-clock.ts';
import {
  destroyParts,
  type HiddenPart,
  hiddenIn,
  type Proof,
  proveText,
  revealSalts,
} from '../ledger/beside/hidden.ts';
import type { Action, Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { type OpenLedger, openLedger } from './open-ledger.ts';
import { harmless, jsonText } from './screen.ts';

/** More than any record holds. */
const textBytesMax = 67_108_864;

/** `audit reveal`: whether the text on standard input is what the record hides at this place; with `--salt`, the salts. */
export function revealPart(record: string, place: string, { salt }: { salt: boolean }): Action {
  return withParts(record, place, async ({ seq, parts, store }, { screen }) => {
    if (salt) {
      const salts = await revealSalts(seq, parts, store, userInfo().username, systemClock.now());
      const told = parts.map((part) => ({ ...part, salt: salts.get(part.commitment) ?? null }));
      screen.result(screen.isJson ? jsonText(told) : told.map((part) => saltText(part)).join('\n'));
      return salts.size > 0 ? exitCode.done : exitCode.failed;
    }
    const proof = await proveText(await textFromInput(), parts, store);
    screen.result(screen.isJson ? jsonText({ record: seq, place, ...proof }) : proofText(proof, seq, place));
    return proof.kind === 'proven' ? exitCode.done : exitCode.failed;
  });
}

/** `audit forget`: destroys the salts of a record, all or those at a place. */
export function forgetParts(record: string, place: string | undefined): Action {
  return withParts(record, place, async ({ seq, parts, store }, { screen }) => {
    await destroyParts(seq, parts, store, userInfo().username, systemClock.now());
    const destroyed = parts.map(({ commitment }) => commitment);
    const what = `${destroyed.length === 1 ? 'the salt' : `${destroyed.length} salts`} of record ${seq}`;
    screen.result(
      screen.isJson
        ? jsonText({ record: seq, destroyed })
        : `destroyed ${what}: nobody can prove any more what stood there; copies of the database may still have it`,
    );
    return exitCode.done;
  });
}

interface Found {
  readonly seq: number;
  readonly parts: readonly HiddenPart[];
  readonly store: OpenLedger['store'];
}

function withParts(
  record: string,
  place: string | undefined,
  work: (found: Found, context: Context) => Promise<number>,
): Action {
  return async (context) => {
    const { store, ledger } = await openLedger(context.settings.home, systemClock);
    try {
      const [found] = /^\d{1,15}$/.test(record) ? await ledger.show(record) : [];
      const parts = found === undefined ? [] : hiddenIn(found.body, place);
      if (found === undefined || parts.length === 0) {
        process.stderr.write(
          `sallyport: ${whyNothing(record, place, found === undefined ? null : hiddenIn(found.body, undefined))}\n`,
        );
        return exitCode.failed;
      }
      return await work({ seq: found.seq, parts, store }, context);
    } finally {
      await store.close();
    }
  };
}

function whyNothing(record: string, place: string | undefined, hidden: readonly HiddenPart[] | null): string {
  if (hidden === null) return `there is no record \`${record}\`: give its number from \`audit list\``;
  if (hidden.length === 0) return `record ${record} hides nothing`;
  const places = hidden.flatMap((part) => part.places).map((one) => `\`${harmless(one)}\``);
  return `record ${record} hides nothing at \`${place}\`, but at ${places.join(', ')}`;
}

function proofText(proof: Proof, seq: number, place: string): string {
  switch (proof.kind) {
    case 'proven':
      return `proven: record ${seq} had this text at \`${harmless(place)}\`, ${proof.spelling} (${proof.part.commitment})`;
    case 'other':
      return `not proven: record ${seq} had another text at \`${harmless(place)}\``;
    case 'destroyed':
      return `not provable: the salt was destroyed on ${new Date(proof.at).toISOString()}`;
    default:
      return proof satisfies never;
  }
}

function saltText({ commitment, bytes, salt, places }: HiddenPart & { salt: string | null }): string {
  const where = `${commitment}  ${bytes} bytes at ${places.map((place) => harmless(place)).join(', ')}`;
  if (salt === null) return `${where}\n  its salt was destroyed`;
  return `${where}\n  salt ${salt}\n  check it with: (printf ${salt} | xxd -r -p; cat text) | sha256sum`;
}

/** One line end at the end is the terminal's. */
async function textFromInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > textBytesMax) throw new Error(`could not read the text: it is longer than ${textBytesMax} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
