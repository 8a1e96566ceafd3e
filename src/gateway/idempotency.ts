// The same request twice is one request. What always holds: for one client, method and key there is one result, also after a
// restart; the same key with other parameters is refused. Bounded by age and number, each client on its own account: nobody's
// keys push out those of another. A request that was cut short is made again: methods with effects bear that.

import { hash } from 'node:crypto';
import { z } from 'zod';
import { digestOf, jsonCopy } from '../kernel/canonical.ts';
import type { Clock } from '../kernel/ports.ts';
import type { NoteChange, Store } from '../kernel/store.ts';
import { type Answered, refused } from './protocol/error-shape.ts';

/** Names a request for good. */
export interface RequestKey {
  /** Who makes it, as the gateway knows them. */
  readonly identity: string;
  readonly method: string;
  readonly key: string;
  /** Of its parameters. */
  readonly digest: string;
}

export interface Idempotency {
  /** The result from before, or that of `work`, which is kept if it succeeded. */
  once(request: RequestKey, work: () => Promise<Answered>): Promise<Answered>;
}

const keptMs = 86_400_000;
/** Per client: keys are spread over this many notes of so many entries. */
const notesPerClient = 16;
const entriesMax = 64;
/** A larger result is not kept: the request is refused when it comes again. */
const resultBytesMax = 16_384;

const payloadSchema = z.union([z.record(z.string(), z.json()), z.array(z.record(z.string(), z.json()))]);
const entrySchema = z.object({
  name: z.string(),
  digest: z.string(),
  at: z.number(),
  /** JSON text of the payload; '' until there is one, `-` where it was too large to keep. */
  result: z.string(),
});
const noteSchema = z.object({ entries: z.array(entrySchema) });
type Entry = Readonly<z.infer<typeof entrySchema>>;

/** Keys over the notes of a store. */
export function createIdempotency(store: Pick<Store, 'changeNote'>, clock: Pick<Clock, 'now'>): Idempotency {
  const underWay = new Map<string, { readonly digest: string; readonly answer: Promise<Answered> }>();

  /** Takes note of the request; what is known of it from before. */
  const begin = ({ identity, digest }: RequestKey, name: string): Promise<Entry | null> =>
    store.changeNote(noteOf(identity, name), (current): NoteChange<Entry | null> => {
      const entries = freshEntries(current, clock.now());
      const before = entries.find((entry) => entry.name === name) ?? null;
      const added = { name, digest, at: Math.trunc(clock.now()), result: '' };
      const next = before === null ? jsonCopy({ entries: [...entries, added].slice(-entriesMax) }) : null;
      return { next, record: null, result: () => before };
    });

  const finish = ({ identity }: RequestKey, name: string, result: string): Promise<void> =>
    store.changeNote(noteOf(identity, name), (current) => {
      const entries = freshEntries(current, clock.now());
      const next = jsonCopy({ entries: entries.map((entry) => (entry.name === name ? { ...entry, result } : entry)) });
      return { next, record: null, result: () => undefined };
    });

  const make = async (request: RequestKey, name: string, work: () => Promise<Answered>): Promise<Answered> => {
    const before = await begin(request, name);
    if (before !== null && before.digest !== request.digest) return otherParameters(request);
    if (before !== null && before.result !== '') return answerFrom(before);
    const said = await work();
    if (said.ok) {
      const text = JSON.stringify(said.payload);
      await finish(request, name, Buffer.byteLength(text) > resultBytesMax ? '-' : text);
    }
    return said;
  };

  return {
    async once(request, work) {
      const name = hash('sha256', JSON.stringify([request.identity, request.method, request.key]));
      const same = underWay.get(name);
      if (same !== undefined) return same.digest === request.digest ? same.answer : otherParameters(request);
      const answer = make(request, name, work);
      underWay.set(name, { digest: request.digest, answer });
      try {
        return await answer;
      } finally {
        underWay.delete(name);
      }
    },
  };
}

/** The digest of parameters, their key apart. */
export const digestOfParams = (params: object): string => digestOf({ ...params, idempotencyKey: undefined });

const otherParameters = ({ method }: RequestKey): Answered =>
  refused(
    'INVALID_REQUEST',
    `this idempotency key of \`${method}\` was used with other parameters: use a new key for a new request`,
    { reason: 'idempotency-key-reused' },
  );

function answerFrom({ result }: Entry): Answered {
  if (result === '-')
    return refused('UNAVAILABLE', 'this request was made already, and its result was too large to keep');
  return { ok: true, payload: payloadSchema.parse(JSON.parse(result)) };
}

const noteOf = (identity: string, name: string): string =>
  `gateway:once:${hash('sha256', identity).slice(0, 32)}:${Number.parseInt(name.slice(0, 2), 16) % notesPerClient}`;

const freshEntries = (note: unknown, now: number): readonly Entry[] =>
  note === null ? [] : noteSchema.parse(note).entries.filter(({ at }) => now - at < keptMs);
