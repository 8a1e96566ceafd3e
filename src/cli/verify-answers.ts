// `sallyport keys verify`: who signed which answers, checked from the records alone, here or on any other machine.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { keyProblem } from '../approvals/keys.ts';
import type { peopleOrOwner } from '../approvals/people.ts';
import { type ProofVerdict, type TrustedKey, verifyProof } from '../approvals/statement.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Json, JsonObject } from '../kernel/types.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { openPeople } from './open-people.ts';
import { jsonText, oneLine } from './screen.ts';

interface Options {
  readonly file?: string;
  readonly trust: readonly string[];
}

/** `keys verify`: 0 if every signature holds and is by a key you trust, 1 otherwise. */
export function verifyAnswers({ file, trust }: Options): Action {
  return async ({ settings, screen }) => {
    const named = trust.map(trustedKey);
    const { store, ledger } = file === undefined ? await openLedger(settings.home, systemClock) : nothingOpen;
    try {
      const known = store === null ? configured(settings.config.people) : await keysOf(openPeople(store, settings));
      const trusted = named.length > 0 ? named : known;
      const lines = ledger === null ? linesIn(file ?? '') : ledger.export();
      const counted = { signed: 0, unsigned: 0, bad: 0 };
      let first = '';
      for await (const line of lines) {
        const record = recordIn(line);
        if (first === '') first = typeof record.hash === 'string' ? record.hash : '';
        const { body } = record;
        if (record.type !== 'approval-answered' || !isObject(body) || !isGiven(body)) continue;
        const verdict = verifyProof(body, trusted, first);
        counted[verdict.kind] += 1;
        screen.result(
          screen.isJson ? jsonText({ seq: record.seq ?? null, ...verdict }) : lineFor(record, body, verdict),
        );
      }
      screen.note(`${counted.signed} signed, ${counted.unsigned} without a signature, ${counted.bad} bad\n`);
      return counted.bad === 0 ? exitCode.done : exitCode.failed;
    } finally {
      await store?.close();
    }
  };
}

const nothingOpen = { store: null, ledger: null };

const configured = (people: Parameters<typeof peopleOrOwner>[0]): readonly TrustedKey[] =>
  people.flatMap(({ id, keys }) => (keys ?? []).map((key) => ({ person: id, key })));

async function keysOf({ directory }: ReturnType<typeof openPeople>): Promise<readonly TrustedKey[]> {
  return (await directory()).people.flatMap(({ id, keys }) => keys.map((key) => ({ person: id, key })));
}

function trustedKey(text: string): TrustedKey {
  const at = text.indexOf('=');
  const [person, key] = [text.slice(0, at), text.slice(at + 1)];
  const problem = at < 1 ? 'write `person=ed25519:…`' : keyProblem(key);
  if (problem !== '') throw new UsageError(`could not trust \`${text}\`: ${problem}`);
  return { person, key };
}

/** Answers that people gave; expired and withdrawn questions have nobody behind them. */
const isGiven = ({ answer }: JsonObject): boolean => answer === 'approve' || answer === 'decline' || answer === 'edit';

async function* linesIn(file: string): AsyncIterable<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

function recordIn(line: string): JsonObject {
  const parsed: Json = JSON.parse(line);
  if (!isObject(parsed)) throw new UsageError('this is no export of a ledger: a line of it is no record');
  return parsed;
}

function lineFor({ seq }: JsonObject, body: JsonObject, verdict: ProofVerdict): string {
  const what = `${String(seq).padStart(7)}  ${oneLine(`${body.answer} ${body.approval} by ${body.by}`, 80)}`;
  switch (verdict.kind) {
    case 'signed':
      return `${what}  signed with ${verdict.key}`;
    case 'unsigned':
      return `${what}  not signed`;
    case 'bad':
      return `${what}  BAD: ${oneLine(verdict.because, 200)}`;
    default:
      return verdict satisfies never;
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
