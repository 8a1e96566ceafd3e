// Fills templates from the results so far. Only own properties are looked up, results are data and never templates, and
// what comes out of one turn is bounded, however often a result is named.

import type { CallResult, Json } from '../../kernel/types.ts';
import { applyFilter, asText } from './filters.ts';
import type { Argument } from './playbook.ts';
import type { Expression, Reference, Template } from './template.ts';

/** What templates and conditions see of one call. */
export interface SeenResult {
  readonly outcome: CallResult['outcome'];
  readonly output: string;
  readonly because: string;
  /** The output as JSON where it is an object or array, otherwise as text. */
  readonly value: Json;
}

/** What a turn can refer to. */
export interface Scope {
  readonly message: string;
  readonly results: ReadonlyMap<string, SeenResult>;
}

/** A turn that cannot be rendered; the message says which expression and what to do. */
export class RenderError extends Error {}

/** Characters that one turn may still produce. */
export class Budget {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  spend(text: string): string {
    this.#left -= text.length;
    if (this.#left < 0)
      throw new RenderError('text and arguments are longer than one turn may be; shorten with `lines`');
    return text;
  }
}

/** The template as text. */
export function renderText(template: Template, scope: Scope, budget: Budget): string {
  return template.parts
    .map((part) => budget.spend(typeof part === 'string' ? part : asText(present(part, scope))))
    .join('');
}

/** The template as a value: exactly one expression keeps its JSON type. */
export function renderValue(template: Template, scope: Scope, budget: Budget): Json {
  const [only] = template.parts;
  if (template.parts.length !== 1 || only === undefined || typeof only === 'string') {
    return renderText(template, scope, budget);
  }
  const value = present(only, scope);
  budget.spend(asText(value));
  return value;
}

/** Arguments of a call, or the right side of `equals`. */
export function renderArgument(argument: Argument, scope: Scope, budget: Budget): Json {
  switch (argument.kind) {
    case 'constant':
      budget.spend(asText(argument.value));
      return argument.value;
    case 'template':
      return renderValue(argument.template, scope, budget);
    case 'list':
      return argument.items.map((item) => renderArgument(item, scope, budget));
    case 'object':
      return Object.fromEntries(
        argument.entries.map(([key, value]) => [budget.spend(key), renderArgument(value, scope, budget)]),
      );
    default:
      return argument satisfies never;
  }
}

/** True if some expression of the template has no value. */
export const isMissing = (template: Template, scope: Scope): boolean =>
  template.parts.some((part) => typeof part !== 'string' && evaluate(part, scope) === undefined);

function present(expression: Expression, scope: Scope): Json {
  const value = evaluate(expression, scope);
  if (value === undefined) {
    throw new RenderError(`\`${expression.text}\` has no value; add \`| default …\` or branch on \`exists\` before`);
  }
  return value;
}

function evaluate(expression: Expression, scope: Scope): Json | undefined {
  let value = resolve(expression.reference, scope);
  for (const { filter, argument } of expression.filters) {
    value = applyFilter(
      filter,
      value,
      argument.kind === 'none'
        ? null
        : argument.kind === 'literal'
          ? argument.value
          : resolve(argument.reference, scope),
    );
  }
  return value;
}

function resolve(reference: Reference, scope: Scope): Json | undefined {
  if (reference.name === 'message') return scope.message;
  const result = scope.results.get(reference.name);
  if (result === undefined) return undefined;
  let value: Json | undefined = result[reference.aspect];
  for (const step of reference.path) value = partOf(value, step);
  return value;
}

function partOf(value: Json | undefined, step: string | number): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  if (isList(value)) return typeof step === 'number' ? value[step] : undefined;
  return value[step];
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
