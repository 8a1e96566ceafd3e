// From what happened to what a record holds of it. What nobody may read, secrets and private arguments, gives way to a marker
// and a commitment; a long output gives way to its hash. Salts and outputs go to disk with the record, but beside it: they may
// be taken away later, and the record stays as it was written.

import { createHash } from 'node:crypto';
import { boundedText } from './bounded-text.ts';
import { canonicalJson, jsonCopy } from './canonical.ts';
import { type Committed, commitTo } from './commitment.ts';
import type { LedgerEntry } from './ports.ts';
import { type FindPrivate, type PrivatePart, textsIn, withoutParts } from './private-parts.ts';
import { type Cut, createRedactor, type Redact } from './redactor.ts';
import type { Json, JsonObject } from './types.ts';

/** A long output, under the SHA-256 (64 hex digits) of its UTF-8 text. */
export interface KeptOutput {
  readonly sha256: string;
  readonly text: string;
}

/** What goes to disk together with a record, and may go away before it does. */
export interface Beside {
  readonly salts: readonly Committed[];
  readonly output: KeptOutput | null;
}

export const nothingBeside: Beside = Object.freeze({ salts: Object.freeze([]), output: null });

/** How to tell what must not be read in a record. */
export interface Discretion {
  readonly redact: Redact;
  readonly findPrivate: FindPrivate;
}

/** Arguments that a record is about, whether it holds them or not. */
export interface AboutArguments {
  readonly tool: string;
  readonly args: unknown;
}

/** Bytes that texts of a body may have, by the names of its members. */
export type Bounds = Readonly<Record<string, number>>;

/** Longer outputs, in bytes of UTF-8, lie beside their record. */
export const outputInRecordMax = 8_192;
/** How much of them the record shows, in bytes. */
const headBytes = 1_024;
/** Places of one hidden part that are listed; all are counted. */
const placesMax = 50;

/**
 * An entry as the ledger may keep it; what is private in the arguments it is `about` is hidden in all of it. Where a part was hidden, the body says so in `hidden`: what it was, its commitment and
 * size, and the places (JSON pointers) where its marker stands.
 * @throws {TypeError} if the body is not plain JSON data.
 */
export function ledgerEntry(
  type: LedgerEntry['type'],
  body: object,
  { redact, findPrivate }: Discretion,
  about: readonly AboutArguments[] = [],
  bounds: Bounds = {},
): LedgerEntry {
  const copy = jsonCopy(body);
  const inBody = partsIn({ ...copy, tool: copy.tool ?? about[0]?.tool ?? null }, findPrivate);
  const elsewhere = about.flatMap(({ tool, args }) => findPrivate(tool, args));
  const hider = createHider(redact, inBody, elsewhere);
  const made = bounded(hider.hide(copy), bounds);
  const { hidden, salts } = hider.commit();
  const { output } = made;
  const kept = typeof output === 'string' && Buffer.byteLength(output) > outputInRecordMax ? keptOutput(output) : null;
  return {
    type,
    body: {
      ...made,
      ...(kept === null ? {} : { output: kept.shown }),
      ...(hidden.length === 0 ? {} : { hidden }),
    },
    beside: { salts, output: kept === null ? null : kept.output },
  };
}

/** Texts are cut after what was in them is hidden: half a secret would not be found. */
const bounded = (body: JsonObject, bounds: Bounds): JsonObject =>
  Object.fromEntries(
    Object.entries(body).map(([name, member]) => {
      const bytesMax = Object.hasOwn(bounds, name) ? bounds[name] : undefined;
      return [name, typeof member === 'string' && bytesMax !== undefined ? boundedText(member, bytesMax) : member];
    }),
  );

function keptOutput(text: string): { readonly shown: JsonObject; readonly output: KeptOutput } {
  const bytes = Buffer.from(text, 'utf8');
  let end = headBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { shown: { sha256, bytes: bytes.length, head: bytes.toString('utf8', 0, end) }, output: { sha256, text } };
}

/** Something that was hidden, and where. */
interface Hidden {
  readonly what: 'secret' | 'private';
  readonly text: string;
  readonly places: string[];
  count: number;
}

/** The private arguments that a body holds: of a call, of the edit of one, of the calls that a model proposes. */
function partsIn(body: JsonObject, findPrivate: FindPrivate): readonly PrivatePart[] {
  const { tool, edit, calls } = body;
  const found = (by: Json | undefined, holder: Json | undefined, place: readonly string[]) => {
    if (typeof by !== 'string' || !isObject(holder)) return [];
    return findPrivate(by, holder.args).map(({ path, value }) => ({ path: [...place, 'args', ...path], value }));
  };
  const proposed = isList(calls) ? calls.map((call, index) => ({ call, place: ['calls', String(index)] })) : [];
  return [
    ...found(tool, body, []),
    ...found(tool, edit, ['edit']),
    ...proposed.flatMap(({ call, place }) => (isObject(call) ? found(call.tool, call, place) : [])),
  ];
}

function createHider(redact: Redact, inBody: readonly PrivatePart[], elsewhere: readonly PrivatePart[]) {
  const found = new Map<string, Hidden>();
  const path: string[] = [];
  const note = (what: Hidden['what'], text: string, place: string) => {
    const key = `${what} ${text}`;
    const hidden = found.get(key) ?? { what, text, places: [], count: 0 };
    found.set(key, hidden);
    hidden.count += 1;
    if (hidden.places.length < placesMax && hidden.places.at(-1) !== place) hidden.places.push(place);
  };
  const noteAs =
    (what: Hidden['what']): Cut =>
    (part) =>
      note(what, part, pointerOf(path));
  // Private texts first: one may have a secret in it, and must be found as a whole.
  const redactPrivate = createRedactor(
    [...inBody, ...elsewhere].flatMap(({ value }) => textsIn(value)),
    privateMarker,
  );
  const shownText = (text: string): string => redact(redactPrivate(text));
  const hideText = (text: string): string => redact(redactPrivate(text, noteAs('private')), noteAs('secret'));

  function hideValue(value: Json): Json {
    if (typeof value === 'string') return hideText(value);
    if (typeof value !== 'object' || value === null) return value;
    return isList(value) ? hideList(value) : hideMembers(value);
  }
  function hideList(list: readonly Json[]): readonly Json[] {
    const hidden = list.map((entry, index) => within(String(index), () => hideValue(entry)));
    return hidden.every((entry, index) => entry === list[index]) ? list : hidden;
  }
  function hideMembers(members: JsonObject): JsonObject {
    let isSame = true;
    const hidden = new Map<string, Json>();
    for (const [name, member] of Object.entries(members)) {
      // A name has no place of its own: that would say what the name was.
      const shownName = freeName(hideText(name), hidden);
      const shown = within(shownName, () => hideValue(member));
      isSame &&= shownName === name && shown === member;
      hidden.set(shownName, shown);
    }
    return isSame ? members : Object.fromEntries(hidden);
  }
  function within<T>(name: string, work: () => T): T {
    path.push(name);
    const done = work();
    path.pop();
    return done;
  }

  return {
    hide(body: JsonObject): JsonObject {
      for (const { path: place, value } of inBody)
        note('private', typeof value === 'string' ? value : canonicalJson(value), pointerOf(place.map(shownText)));
      const shown = withoutParts(
        body,
        inBody.map((part) => part.path),
        privateMarker,
      );
      return hideMembers(isObject(shown) ? shown : {});
    },
    commit(): { readonly hidden: readonly JsonObject[]; readonly salts: readonly Committed[] } {
      const committed = [...found.values()].map((part) => ({ ...part, committed: commitTo(part.text) }));
      return {
        salts: committed.map((part) => part.committed),
        hidden: committed.map(({ what, text, places, count, committed: { commitment } }) => ({
          what,
          commitment,
          bytes: Buffer.byteLength(text),
          in: places,
          times: count,
        })),
      };
    },
  };
}

/** What stands in a record for a private argument. */
export const privateMarker = '[private]';

/** Two names that were hidden must not become one. */
function freeName(name: string, taken: ReadonlyMap<string, Json>): string {
  let free = name;
  for (let times = 2; taken.has(free); times += 1) free = `${name} ${times}`;
  return free;
}

/** RFC 6901. */
const pointerOf = (path: readonly string[]): string =>
  path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);
