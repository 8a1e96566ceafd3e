// A playbook as it runs: checked, with every template parsed and every file read. Frozen data; nothing here acts.

import type { Json } from '../../kernel/types.ts';
import type { OutcomeName } from './schema.ts';
import type { Template } from './template.ts';
import type { Wildcard } from './wildcard.ts';

/** A loaded playbook. Only `loadPlaybook` makes one. */
export interface Playbook {
  readonly name: string;
  /** Most turns for one user message. */
  readonly turnsMax: number;
  readonly start: Turn;
  readonly turns: ReadonlyMap<string, Turn>;
}

export interface Turn {
  readonly id: string;
  readonly say: Template;
  /** Empty for a last word. */
  readonly calls: readonly PlannedCall[];
  readonly retry: Retry | null;
  /** Id of the turn to take once the results are in; the last entry always holds. Empty for a last word. */
  readonly next: readonly Branch[];
}

export interface PlannedCall {
  readonly id: string;
  readonly tool: string;
  readonly args: Argument;
}

export interface Retry {
  readonly when: Condition;
  readonly times: number;
  readonly say: Template;
}

export interface Branch {
  readonly when: Condition;
  readonly say: Template;
  readonly go: string;
}

/** JSON with templates in it. */
export type Argument =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Argument])[] };

export type Condition =
  | { readonly kind: 'outcome'; readonly call: string; readonly outcomes: readonly OutcomeName[] }
  | { readonly kind: 'value'; readonly value: Template; readonly tests: ValueTests }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly Condition[] };

/** The tests that must all pass; null where the playbook does not ask. */
export interface ValueTests {
  readonly exists: boolean | null;
  readonly equals: Argument | null;
  readonly matches: Wildcard | null;
  readonly atLeast: number | null;
}
