// Rules and patterns that never make a difference: what a deny rule of the same file always takes back, and what another
// rule says already.

import { isDeepStrictEqual } from 'node:util';
import type { RuleSource } from '../policy-schema.ts';
import { covers, type Reach } from './covers.ts';
import type { Finding, Seat } from './finding.ts';
import { type EffectKind, patternsOf, verdictOf, type WrittenPattern } from './patterns-of.ts';
import { denierOf, findDenierIn } from './unreachable.ts';

/** Looks at the rules of one file. */
export function checkReach(seats: readonly Seat[]): readonly Finding[] {
  const content = seats[0]?.file.content;
  if (content === undefined) return [];
  const findDenier = findDenierIn(content);
  const findings: Finding[] = [];
  const idle = new Set<Seat>();
  for (const seat of seats) {
    const { source } = seat;
    const verdict = verdictOf(source);
    const denier = denierOf(source, findDenier);
    if (denier !== undefined) {
      idle.add(seat);
      findings.push(
        seat.find(
          'unreachable',
          'error',
          [verdict],
          `it can never open anything: rule \`${denier.rule.id}\` always denies all it names, such as by \`${denier.text}\``,
          `remove one of the two rules, or narrow \`${denier.rule.id}\``,
        ),
      );
      continue;
    }
    if (verdict !== 'deny') {
      for (const pattern of patternsOf(source)) {
        const by = findDenier(pattern, verdict);
        if (by === undefined) continue;
        findings.push(
          seat.find(
            'contradictory',
            'warning',
            pattern.keys,
            `\`${pattern.text}\` never opens anything: rule \`${by.rule.id}\` denies it by \`${by.text}\``,
            `remove the pattern, or narrow \`${by.rule.id}\``,
          ),
        );
      }
    }
    const shadow = shadowOf(
      seat,
      seats.filter((other) => other !== seat && !idle.has(other)),
    );
    if (shadow === undefined) continue;
    idle.add(seat);
    findings.push(seat.find('shadowed', 'warning', [verdict], ...spellShadow(source, shadow.source)));
  }
  return findings;
}

function spellShadow(source: RuleSource, by: RuleSource): readonly [what: string, fix: string] {
  if (verdictOf(by) === verdictOf(source)) {
    return [`it changes nothing: rule \`${by.id}\` says the same of everything it names`, 'remove it'];
  }
  return [
    `it changes nothing: rule \`${by.id}\` asks about everything it allows, and an ask beats an allow`,
    `let \`${by.id}\` list what should ask, or remove this rule`,
  ];
}

/** One rule that already says all that this one says. */
const shadowOf = (seat: Seat, others: readonly Seat[]): Seat | undefined =>
  others.find((other) => isShadowedBy(seat.source, other.source));

function isShadowedBy(source: RuleSource, other: RuleSource): boolean {
  if (other.except !== undefined) return false;
  if (other.when !== undefined && !isDeepStrictEqual(other.when, source.when)) return false;
  const saysAll = (reachOf: (kind: EffectKind) => Reach) =>
    patternsOf(source).every((inner) => patternsOf(other).some((outer) => covers(outer, inner, reachOf(inner.kind))));
  const verdict = verdictOf(source);
  const otherVerdict = verdictOf(other);
  if (verdict === 'deny') return otherVerdict === 'deny' && saysAll(() => 'closes') && saysAll(() => 'opens');
  if (verdict === 'ask') {
    if (otherVerdict !== 'ask' || !addsNothing(source, other) || patternsOf(source).some(isPath)) return false;
    return saysAll(() => 'closes') && saysAll(opening);
  }
  // What an allow grants counts under an ask as well.
  if (otherVerdict === 'ask') return source.grant === undefined && saysAll(opening);
  return otherVerdict === 'allow' && addsNothing(source, other) && outlives(other, source) && saysAll(() => 'opens');
}

/** An ask opens commands as widely as it sees them, and everything else as narrowly as an allow. */
const opening = (kind: EffectKind): Reach => (kind === 'run' ? 'shuts' : 'opens');

/** What a narrow ask closes to the sandbox stays closed where a wide one gives way to a grant, so it is never idle. */
const isPath = ({ kind }: WrittenPattern): boolean => kind === 'read' || kind === 'write';

/** What a rule adds beyond its verdict, the other adds as well. */
const addsNothing = (source: RuleSource, other: RuleSource): boolean =>
  source.atMost === undefined &&
  source.budget === undefined &&
  (['grant', 'labels', 'approvers', 'preview'] as const).every(
    (key) => isDeepStrictEqual(source[key], other[key]) || (key !== 'approvers' && source[key] === undefined),
  );

const outlives = (other: RuleSource, source: RuleSource): boolean =>
  other.expires === undefined || (source.expires !== undefined && source.expires <= other.expires);
