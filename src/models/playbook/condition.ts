// Whether a condition holds for the results so far. A missing value is an error, not false: a misspelt key must not pick a
// branch. `exists` is how a playbook asks.

import { canonicalJson } from '../../kernel/canonical.ts';
import { asText } from './filters.ts';
import type { Condition, ValueTests } from './playbook.ts';
import { Budget, isMissing, renderArgument, renderValue, type Scope } from './render.ts';
import type { Template } from './template.ts';

/**
 * @throws {RenderError} if a value it asks about is missing.
 */
export function holds(condition: Condition, scope: Scope, charactersMax: number): boolean {
  switch (condition.kind) {
    case 'outcome': {
      const outcome = scope.results.get(condition.call)?.outcome;
      return outcome !== undefined && condition.outcomes.includes(outcome);
    }
    case 'value':
      return passes(condition.value, condition.tests, scope, charactersMax);
    case 'not':
      return !holds(condition.condition, scope, charactersMax);
    case 'all':
      return condition.conditions.every((each) => holds(each, scope, charactersMax));
    case 'any':
      return condition.conditions.some((each) => holds(each, scope, charactersMax));
    default:
      return condition satisfies never;
  }
}

function passes(template: Template, tests: ValueTests, scope: Scope, charactersMax: number): boolean {
  if (tests.exists !== null && isMissing(template, scope) === tests.exists) return false;
  if (tests.exists === false) return true;
  const budget = new Budget(charactersMax);
  const value = renderValue(template, scope, budget);
  if (tests.equals !== null && canonicalJson(value) !== canonicalJson(renderArgument(tests.equals, scope, budget))) {
    return false;
  }
  if (tests.matches !== null && !tests.matches(asText(value))) return false;
  return tests.atLeast === null || (typeof value === 'number' && value >= tests.atLeast);
}
