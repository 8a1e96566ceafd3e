// Reads members of a record's body. A record is data from a file and may be of an older kind: what is not there, or not of
// the kind that is asked for, reads as empty.

import type { Json, JsonObject } from '../kernel/types.ts';

type Value = Json | undefined;

/** The member at the end of the path, or undefined. */
export function at(value: Value, ...path: readonly string[]): Value {
  let found = value;
  for (const name of path) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return found;
}

/** A text, or ''. */
export function textAt(value: Value, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A number, or 0. */
export function numberAt(value: Value, ...path: readonly string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The entries of a list, or none. */
export function listAt(value: Value, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

/** The texts in a list, or none. */
export const textsAt = (value: Value, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).filter((entry) => typeof entry === 'string');

/** The objects in a list, or none. */
export const objectsAt = (value: Value, ...path: readonly string[]): readonly JsonObject[] =>
  listAt(value, ...path).filter(isObject);

/** An object, or an empty one. */
export function objectAt(value: Value, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

const isList = (value: Value): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Value): value is JsonObject => typeof value === 'object' && value !== null && !isList(value);
