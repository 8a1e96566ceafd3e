// From a rule as written to a rule as decided with. Every pattern is compiled here and every objection to one is told with
// its place in the file; a rule with an objection is never used.

import { defaultApprovalTerms } from '../kernel/limits.ts';
import type { Effect } from '../kernel/types.ts';
import { compileGrant } from './compile-grant.ts';
import { compilePatterns, connectionsOf } from './compile-patterns.ts';
import { type Condition, compileWhen } from './conditions.ts';
import { isPatternError, type PatternError, patternProblem } from './effect-pattern.ts';
import { broadAllow } from './over-broad.ts';
import { durationMs, effectKinds, type RuleSource } from './policy-schema.ts';
import type { Problem, ProblemAt } from './read-policy-file.ts';
import type { Rule, RulePatterns } from './rule.ts';
import { coveredBy } from './rule-index.ts';
import { shapeProblems, verdicts } from './rule-shape.ts';
import { compileBounds } from './used-up.ts';

export type CompiledRule =
  | { readonly kind: 'compiled'; readonly rule: Rule }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

/** Compiles one rule of the policy `policy`. `problemAt` takes keys inside the rule. */
export function compileRule(source: RuleSource, policy: string, problemAt: ProblemAt): CompiledRule {
  const problems: Problem[] = shapeProblems(source, problemAt);
  const verdict = verdicts.find((one) => source[one] !== undefined) ?? 'deny';
  const written = source[verdict] ?? {};
  const collect = <P>(keys: readonly PropertyKey[], made: P | PatternError): P[] => {
    if (!isPatternError(made)) return [made];
    problems.push(problemAt(keys, made.error));
    return [];
  };
  for (const kind of effectKinds) {
    for (const [index, text] of (written[kind] ?? []).entries()) {
      const objection = patternProblem(text) ?? (verdict === 'allow' ? broadAllow(kind, text) : undefined);
      if (objection !== undefined) problems.push(problemAt([verdict, kind, index], objection));
    }
    for (const [index, text] of (source.except?.[kind] ?? []).entries()) {
      const objection = patternProblem(text);
      if (objection !== undefined) problems.push(problemAt(['except', kind, index], objection));
    }
  }
  const connections = verdict === 'allow' ? (written.run ?? []).flatMap(connectionsOf) : [];
  const patterns = compilePatterns(written, connections, (kind, index, made) => collect([verdict, kind, index], made));
  const grant = compileGrant(
    source,
    (key, index, made) => collect(['grant', key, index], made),
    (index, made) => collect(['grant', 'inject', index], made),
  );
  const exceptions = compilePatterns(source.except ?? {}, [], (kind, index, made) =>
    collect(['except', kind, index], made),
  );
  if (problems.length > 0) return { kind: 'broken', problems };
  const reference = Object.freeze({ policy, rule: source.id, verdict, because: source.because });
  const isClosing = verdict !== 'allow';
  return {
    kind: 'compiled',
    rule: {
      reference,
      verdict,
      patterns,
      ...exceptionOf(source, exceptions, isClosing),
      holds: withExpiry(compileWhen(source.when, verdict), source.expires),
      bounds: compileBounds(source),
      seesLabels: source.when?.labels !== undefined,
      grant,
      terms: termsOf(source),
      preview: source.preview === true,
      labels: source.labels ?? [],
      closesRead: isClosing ? patterns.read.map(({ closes }) => closes) : [],
      closesWrite: isClosing ? patterns.write.map(({ closes }) => closes) : [],
      closesConnect: isClosing ? (written.connect ?? []) : [],
    },
  };
}

/**
 * What the rule is not about. Exceptions from a rule that closes are read narrowly, from one that opens widely: so no
 * spelling slips out of a deny or into an allow.
 */
function exceptionOf(
  { except }: RuleSource,
  exceptions: RulePatterns,
  isClosing: boolean,
): Pick<Rule, 'isException' | 'isExcused'> {
  const nothing = () => false;
  if (except === undefined) return { isException: nothing, isExcused: nothing };
  const isAmong = coveredBy(exceptions);
  const isException = (effect: Effect) => isAmong(effect, isClosing ? 'allows' : 'catches');
  if (except.expires === undefined) return { isException, isExcused: nothing };
  const until = endOf(except.expires);
  return { isException: nothing, isExcused: (effect, now) => now < until && isException(effect) };
}

const dayMs = 86_400_000;

/** When a day (UTC) is over. */
const endOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) + dayMs;

/** An allow rule with an expiry opens nothing once its last day is over. */
function withExpiry(holds: Condition, expires: string | undefined): Condition {
  if (expires === undefined) return holds;
  const until = endOf(expires);
  return (about) => about.now < until && holds(about);
}

function termsOf(source: RuleSource): Rule['terms'] {
  const { roles, count, within, escalate, stepUp } = source.approvers ?? {};
  return {
    ...defaultApprovalTerms,
    roles: roles ?? defaultApprovalTerms.roles,
    count: count ?? defaultApprovalTerms.count,
    withinMs: within === undefined ? defaultApprovalTerms.withinMs : durationMs(within),
    escalate: escalate === undefined ? [] : [{ afterMs: durationMs(escalate.after), roles: escalate.roles }],
    stepUp: stepUp ?? defaultApprovalTerms.stepUp,
  };
}
