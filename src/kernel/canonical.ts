// One spelling for data, so that a digest over it means something, and copies that share nothing with the original. Both
// take plain JSON data alone: what has a prototype of its own, a cycle, or half a character is refused, not guessed.

import { hash } from 'node:crypto';
import type { JsonObject } from './types.ts';

/** Deeper data is refused; it also ends cycles. */
const depthMax = 200;

/**
 * What `frozenCopy` answered, and long lists in it. All of it is plain, well-formed and frozen to its leaves, so it is a
 * copy of itself. Taking note of the small parts costs more than copying them again.
 */
const copies = new WeakSet<object>();

/** The spelling of lists in such copies: calls of one session share lists of hundreds of patterns that stay closed. */
const spelledLists = new WeakMap<object, string>();

const longList = 16;

const unchanged = (text: string): string => text;

/**
 * Canonical JSON text. Members that are undefined are left out, as `JSON.stringify` does.
 * @throws {TypeError} if the value is not plain JSON data, or a text in it holds half a surrogate pair.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export const canonicalJson = (value: unknown): string => spell(value, 0);

/** `sha256:` and 64 lower-case hex digits over the canonical JSON of `value`. */
export function digestOf(value: unknown): string {
  return `sha256:${hash('sha256', canonicalJson(value), 'hex')}`;
}

/**
 * A frozen copy of plain data: whoever handed in the original can no longer change what was judged.
 * @throws {TypeError} as `canonicalJson` does.
 */
export function frozenCopy<T>(value: T): T;
export function frozenCopy(value: unknown): unknown {
  return copy(value, 0, unchanged);
}

/**
 * A frozen copy of plain data as a JSON object, with every text passed through `redact`.
 * @throws {TypeError} as `canonicalJson` does.
 */
export function jsonCopy(value: object, redact?: (text: string) => string): JsonObject;
export function jsonCopy(value: object, redact: (text: string) => string = unchanged): unknown {
  return copy(value, 0, redact);
}

function spell(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return spellPrimitive(value);
  refuseOdd(value, depth);
  if (Array.isArray(value)) return spellList(value, depth);
  let members = '';
  // The default order of `sort` is that of UTF-16 units, as the RFC wants it.
  for (const name of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, name);
    if (member !== undefined) members += `${members === '' ? '' : ','}${spellText(name)}:${spell(member, depth + 1)}`;
  }
  return `{${members}}`;
}

function spellList(list: readonly unknown[], depth: number): string {
  const before = spelledLists.get(list);
  if (before !== undefined) return before;
  const text = `[${list.map((entry) => spell(entry, depth + 1)).join(',')}]`;
  if (copies.has(list)) spelledLists.set(list, text);
  return text;
}

function spellPrimitive(value: unknown): string {
  if (typeof value === 'string') return spellText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  // The shortest number text of JavaScript is that of the RFC.
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`could not spell a ${typeof value} as JSON`);
}

function spellText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('could not spell a text that holds half a surrogate pair');
  return JSON.stringify(text);
}

function copy(value: unknown, depth: number, change: (text: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return copyPrimitive(value, change);
  if (change === unchanged && copies.has(value)) return value;
  refuseOdd(value, depth);
  if (Array.isArray(value))
    return kept(
      value.map((entry) => copy(entry, depth + 1, change)),
      change === unchanged && (depth === 0 || value.length >= longList),
    );
  const made: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member: unknown = Reflect.get(value, name);
    if (member === undefined) continue;
    const copied = copy(member, depth + 1, change);
    if (name === '__proto__') Object.defineProperty(made, name, { value: copied, enumerable: true });
    else made[copyPrimitive(name, unchanged)] = copied;
  }
  return kept(made, change === unchanged && depth === 0);
}

/** Freezes a copy whose parts are frozen, and takes note of it if it may come back. */
function kept(made: object, mayComeBack: boolean): object {
  if (mayComeBack) copies.add(made);
  return Object.freeze(made);
}

function copyPrimitive(text: string, change: (text: string) => string): string;
function copyPrimitive(value: unknown, change: (text: string) => string): unknown;
function copyPrimitive(value: unknown, change: (text: string) => string): unknown {
  if (typeof value !== 'string') {
    spellPrimitive(value);
    return value;
  }
  if (!value.isWellFormed()) throw new TypeError('could not copy a text that holds half a surrogate pair');
  return change(value);
}

function refuseOdd(value: object, depth: number): void {
  if (depth > depthMax)
    throw new TypeError(`could not spell data that is more than ${depthMax} levels deep, or a cycle`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) {
    throw new TypeError('could not spell an object that is not plain data');
  }
}
