// The arguments of an edit: one JSON object, in which no name stands twice.

import { parseDocument } from 'yaml';
import type { JsonObject } from '../../kernel/types.ts';

/** Reads the arguments; a text that says why they cannot be read. */
export function readArguments(text: string): JsonObject | string {
  if (text === '') return 'the new arguments are missing';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `the arguments are not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isObject(value)) return 'the arguments have to be one JSON object';
  // JSON.parse takes the last of two members with one name; another reader takes the first.
  const { errors } = parseDocument(text, { uniqueKeys: true, schema: 'json' });
  const twice = errors.some(({ code }) => code === 'DUPLICATE_KEY');
  return twice ? 'one name stands twice in the arguments' : value;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
