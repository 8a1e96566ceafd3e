// Allow and ask rules that can never open anything, because deny rules of the same file that always hold deny all they name.
// One file only: another layer may close a rule on purpose, also for a while.

import type { PolicyFile, RuleSource } from '../policy-schema.ts';
import { covers } from './covers.ts';
import { patternsOf, verdictOf, type WrittenPattern } from './patterns-of.ts';

/** A deny rule, and the pattern of it that denies a pattern of another rule. */
export interface Denier {
  readonly rule: RuleSource;
  readonly text: string;
}

interface Denied {
  readonly rule: RuleSource;
  readonly pattern: WrittenPattern;
}

/** Finds what always denies a pattern of an allow or ask rule; undefined if nothing is known to. */
export type FindDenier = (pattern: WrittenPattern, verdict: 'allow' | 'ask') => Denier | undefined;

/** Prepares the deny rules of a file. Those that hold only at times, or except something, deny nothing here. */
export function findDenierIn(content: PolicyFile): FindDenier {
  const byKind = new Map<string, Denied[]>();
  for (const rule of content.rules) {
    if (rule.deny === undefined || rule.when !== undefined || rule.except !== undefined) continue;
    for (const pattern of patternsOf(rule)) {
      const filed = byKind.get(pattern.kind);
      if (filed === undefined) byKind.set(pattern.kind, [{ rule, pattern }]);
      else filed.push({ rule, pattern });
    }
  }
  return (pattern, verdict) => {
    // An ask rule also tightens what it does not open, so all it sees has to be denied.
    const reach = verdict === 'ask' ? 'closes' : 'shuts';
    const found = byKind.get(pattern.kind)?.find((denied) => covers(denied.pattern, pattern, reach));
    return found && { rule: found.rule, text: found.pattern.text };
  };
}

/** What denies a rule as a whole; undefined if it is not known to be denied as a whole. */
export function denierOf(source: RuleSource, findDenier: FindDenier): Denier | undefined {
  const verdict = verdictOf(source);
  if (verdict === 'deny' || opensMoreThanItSays(source)) return undefined;
  let denier: Denier | undefined;
  for (const pattern of patternsOf(source)) {
    denier = findDenier(pattern, verdict);
    if (denier === undefined) return undefined;
  }
  return denier;
}

/** `allow: { run: ["curl https://…"] }` also opens the connection itself, for every tool. */
const opensMoreThanItSays = ({ allow }: RuleSource): boolean =>
  allow?.run?.some((text) => /^(?:curl|wget) /.test(text)) === true;

/** Says why a rule can never open anything; undefined if nothing is wrong with it. */
export function unreachableProblem(source: RuleSource, findDenier: FindDenier): string | undefined {
  const denier = denierOf(source, findDenier);
  return (
    denier &&
    `can never open anything: rule \`${denier.rule.id}\` always denies all it names, such as \`${denier.text}\`; remove one of the two, or narrow \`${denier.rule.id}\``
  );
}
