// Which arguments of a call are nobody's business: the operator names them, by tool and place. They reach the tool, the people
// who are asked and the model as they are; records hold commitments in their place.

import type { Json } from './types.ts';

/** A part of a call's arguments that no record holds. */
export interface PrivatePart {
  /** Names and indices that lead to it from the arguments. */
  readonly path: readonly string[];
  readonly value: Json;
}

/** The private parts of arguments for a tool, outermost ones only. Arguments may be anything. */
export type FindPrivate = (tool: string, args: unknown) => readonly PrivatePart[];

/** Nothing is private. */
export const nothingPrivate: FindPrivate = () => [];

/** One place: the tool, then the names on the way; `*` is any. */
const placePattern = /^[^.\s]+(\.[^.\s]+)+$/;

/** Whether a text names a place, such as `http.headers.authorization` or `*.password`. */
export const isPrivatePlace = (text: string): boolean => placePattern.test(text);

/** Finds what is at these places. Case does not matter: names of headers have none. */
export function findPrivateAt(places: readonly string[]): FindPrivate {
  const patterns = places.map((place) => place.toLowerCase().split('.'));
  if (patterns.length === 0) return nothingPrivate;
  return (tool, args) => {
    const ofTool = patterns.filter(([name = '']) => fits(name, tool)).map((pattern) => pattern.slice(1));
    return ofTool.length === 0 || !isJson(args) ? [] : partsAt(args, ofTool, []);
  };
}

/** A copy of arguments without what is at these paths. */
export function withoutParts(args: Json, paths: readonly (readonly string[])[], marker: string): Json {
  if (paths.some((path) => path.length === 0)) return marker;
  if (paths.length === 0 || typeof args !== 'object' || args === null) return args;
  const below = (name: string) => paths.filter(([first]) => first === name).map((path) => path.slice(1));
  if (isList(args)) return args.map((entry, index) => withoutParts(entry, below(String(index)), marker));
  return Object.fromEntries(
    Object.entries(args).map(([name, member]) => [name, withoutParts(member, below(name), marker)]),
  );
}

/** Every text in a value. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function partsAt(
  value: Json,
  patterns: readonly (readonly string[])[],
  path: readonly string[],
): readonly PrivatePart[] {
  if (patterns.some((pattern) => pattern.length === 0)) return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const further = patterns.filter(([first = '']) => fits(first, name)).map((pattern) => pattern.slice(1));
    return further.length === 0 ? [] : partsAt(member, further, [...path, name]);
  });
}

const fits = (pattern: string, name: string): boolean => pattern === '*' || pattern === name.toLowerCase();

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** What a model proposes has been parsed from JSON, or is refused later; deeper data than that is refused, too. */
function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value !== 'object') return typeof value !== 'undefined' && typeof value !== 'function';
  return depth < 200 && Object.values(value).every((member) => isJson(member, depth + 1));
}
