// The filters of a template: pure functions from value to value, linear in their input. `undefined` is a missing value and
// stays missing through every filter but `default`.

import type { Json } from '../../kernel/types.ts';
import type { FilterArgument } from './template.ts';

interface Filter {
  readonly argument: 'none' | 'text' | 'position' | 'any';
  readonly apply: (value: Json, argument: Json) => Json | undefined;
}

const filters = {
  lines: {
    argument: 'position',
    apply: (value, count) =>
      (Number(count) > 0 ? linesOf(value).slice(0, Number(count)) : linesOf(value).slice(Number(count))).join('\n'),
  },
  containing: {
    argument: 'text',
    apply: (value, part) =>
      linesOf(value)
        .filter((line) => line.includes(String(part)))
        .join('\n'),
  },
  after: { argument: 'text', apply: (value, mark) => cut(asText(value), String(mark))?.after },
  before: { argument: 'text', apply: (value, mark) => cut(asText(value), String(mark))?.before },
  word: {
    argument: 'position',
    apply: (value, position) => wordsOf(value).at(Number(position) > 0 ? Number(position) - 1 : Number(position)),
  },
  trim: { argument: 'none', apply: (value) => asText(value).trim() },
  number: { argument: 'none', apply: asNumber },
  count: { argument: 'none', apply: countOf },
  join: {
    argument: 'text',
    apply: (value, glue) => (isList(value) ? value.map(asText).join(String(glue)) : undefined),
  },
  json: { argument: 'none', apply: (value) => JSON.stringify(value, null, 2) },
} as const satisfies Record<string, Filter>;

export type FilterName = keyof typeof filters | 'default';

export const isFilterName = (name: string): name is FilterName => name === 'default' || Object.hasOwn(filters, name);

/** What is wrong with giving this argument to this filter; empty if nothing is. */
export function argumentProblem(name: FilterName, argument: FilterArgument): string {
  const wanted: Filter['argument'] = name === 'default' ? 'any' : filters[name].argument;
  switch (wanted) {
    case 'any':
      return argument.kind === 'none' ? `\`${name}\` needs a value` : '';
    case 'none':
      return argument.kind === 'none' ? '' : `\`${name}\` takes no value`;
    case 'text':
      return argument.kind === 'literal' && typeof argument.value === 'string' && argument.value !== ''
        ? ''
        : `\`${name}\` needs a quoted text`;
    case 'position':
      return argument.kind === 'literal' && Number.isSafeInteger(argument.value) && argument.value !== 0
        ? ''
        : `\`${name}\` needs a whole number other than 0`;
    default:
      return wanted satisfies never;
  }
}

/** Applies one filter. `argument` is undefined where it refers to a missing value. */
export function applyFilter(name: FilterName, value: Json | undefined, argument: Json | undefined): Json | undefined {
  if (name === 'default') return value === undefined || value === null || value === '' ? argument : value;
  if (value === undefined) return undefined;
  return filters[name].apply(value, argument ?? null);
}

/** How a value reads inside a longer text: text as it is, anything else as JSON. */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function linesOf(value: Json): string[] {
  const text = asText(value);
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function wordsOf(value: Json): string[] {
  const text = asText(value).trim();
  return text === '' ? [] : text.split(/\s+/);
}

function cut(text: string, mark: string): { readonly before: string; readonly after: string } | undefined {
  const at = text.indexOf(mark);
  return at === -1 ? undefined : { before: text.slice(0, at), after: text.slice(at + mark.length) };
}

function asNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

function countOf(value: Json): number | undefined {
  if (typeof value === 'string') return linesOf(value).length;
  if (isList(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
