// How `${…}` reads in a playbook. Parsing happens once, at load; what a tool printed is never parsed as a template.

import type { Json } from '../../kernel/types.ts';
import { argumentProblem, type FilterName, isFilterName } from './filters.ts';
import { Scanner, TemplateError } from './scanner.ts';

/** What a reference is about: the data in a call's output, or a fact about the call. */
export type Aspect = 'value' | 'output' | 'outcome' | 'because';

export interface Reference {
  /** Name of a call, or `message`. */
  readonly name: string;
  readonly aspect: Aspect;
  readonly path: readonly (string | number)[];
}

export type FilterArgument =
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'reference'; readonly reference: Reference };

export interface FilterUse {
  readonly filter: FilterName;
  readonly argument: FilterArgument;
}

export interface Expression {
  /** As written, for messages. */
  readonly text: string;
  readonly reference: Reference;
  readonly filters: readonly FilterUse[];
}

/** A string of the playbook: literal text and expressions in turn. */
export interface Template {
  readonly parts: readonly (string | Expression)[];
}

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'unclear'; readonly because: string };

/** Parses one string of a playbook. */
export function parseTemplate(source: string): ParsedTemplate {
  try {
    return { kind: 'template', template: { parts: readParts(source) } };
  } catch (error) {
    if (error instanceof TemplateError) return { kind: 'unclear', because: error.message };
    throw error;
  }
}

/** Every reference in the template, those in filter arguments included. */
export function referencesOf(template: Template): readonly Reference[] {
  return template.parts.flatMap((part) =>
    typeof part === 'string'
      ? []
      : [
          part.reference,
          ...part.filters.flatMap(({ argument }) => (argument.kind === 'reference' ? [argument.reference] : [])),
        ],
  );
}

function readParts(source: string): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let at = 0;
  let literal = '';
  while (at < source.length) {
    const open = source.indexOf('${', at);
    if (open === -1) break;
    if (open > at && source[open - 1] === '$') {
      literal += `${source.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    literal += source.slice(at, open);
    if (literal !== '') parts.push(literal);
    literal = '';
    const scanner = new Scanner(source, open + 2);
    parts.push(readExpression(scanner, open));
    at = scanner.at;
  }
  literal += source.slice(at);
  if (literal !== '') parts.push(literal);
  return parts;
}

function readExpression(scanner: Scanner, open: number): Expression {
  const reference = readReference(scanner);
  const filters: FilterUse[] = [];
  while (scanner.take(/\|/y) !== null) filters.push(readFilter(scanner));
  if (scanner.take(/\}/y) === null) throw scanner.error('expected `|` or `}`');
  return { text: scanner.source.slice(open, scanner.at), reference, filters };
}

function readReference(scanner: Scanner): Reference {
  const name = scanner.take(/[a-z][a-z0-9-]*/y);
  if (name === null) throw scanner.error('expected the name of a call, or `message`');
  let aspect: Aspect = 'value';
  const path: (string | number)[] = [];
  for (;;) {
    const dotted = scanner.takeGlued(/\.[A-Za-z_][A-Za-z0-9_-]*/y);
    const bracketed = dotted === null ? scanner.takeGlued(/\[/y) : null;
    if (dotted !== null) {
      const key = dotted.slice(1);
      if (path.length === 0 && aspect === 'value' && isFact(key)) aspect = key;
      else path.push(key);
    } else if (bracketed !== null) {
      path.push(readIndex(scanner));
    } else break;
  }
  if (aspect !== 'value' && path.length > 0) throw scanner.error(`\`${name}.${aspect}\` is text and has no parts`);
  if (name === 'message' && (aspect !== 'value' || path.length > 0)) {
    throw scanner.error('`message` is text and has no parts');
  }
  return { name, aspect, path };
}

function readIndex(scanner: Scanner): string | number {
  const index = scanner.take(/\d{1,9}/y);
  const key = index === null ? readLiteral(scanner) : Number(index);
  if (typeof key !== 'string' && typeof key !== 'number') throw scanner.error('expected a number or a text in `[…]`');
  if (scanner.take(/\]/y) === null) throw scanner.error('expected `]`');
  return key;
}

function readFilter(scanner: Scanner): FilterUse {
  const filter = scanner.take(/[a-z]+/y);
  if (filter === null || !isFilterName(filter)) throw scanner.error(`there is no filter \`${filter ?? ''}\``);
  const argument = readArgument(scanner);
  const problem = argumentProblem(filter, argument);
  if (problem !== '') throw scanner.error(problem);
  return { filter, argument };
}

function readArgument(scanner: Scanner): FilterArgument {
  if (scanner.peek(/[|}]/y)) return { kind: 'none' };
  const value = readLiteral(scanner);
  if (value !== undefined) return { kind: 'literal', value };
  return { kind: 'reference', reference: readReference(scanner) };
}

function readLiteral(scanner: Scanner): Json | undefined {
  const word = scanner.take(/(?:true|false|null)(?![A-Za-z0-9_-])/y);
  if (word !== null) return word === 'null' ? null : word === 'true';
  const number = scanner.take(/-?\d+(?:\.\d+)?(?![A-Za-z0-9_-])/y);
  if (number !== null) return Number(number);
  const quoted = scanner.take(/"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y);
  if (quoted === null) return undefined;
  return quoted.slice(1, -1).replace(/\\([\s\S])/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

const isFact = (key: string): key is Exclude<Aspect, 'value'> =>
  key === 'output' || key === 'outcome' || key === 'because';
