// The rule that opens what was approved: with what the rules that ask would have given, with as many examples as hold, and
// with what lint says of it.

import { lintPolicy } from '../lint/lint.ts';
import { loadPolicy, PolicyLoadError, type PolicyText } from '../load-policy.ts';
import type { GrantSource, RuleSource } from '../policy-schema.ts';
import type { Rule } from '../rule.ts';
import { spellRule } from './amend-file.ts';
import type { Proposal } from './proposals.ts';

/** The rule without examples, under a name that `taken` does not have. */
export function bareRule(
  proposal: Proposal,
  asking: readonly RuleSource[],
  taken: readonly string[],
  expires: string,
): RuleSource {
  const run = proposal.patterns.map(({ text }) => text);
  return {
    id: freeId(run[0] ?? '', taken),
    allow: { run },
    because: becauseOf(proposal),
    ...giftsOf(asking),
    expires,
  };
}

function becauseOf({ approvals, by, first, last }: Proposal): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const when = day(first) === day(last) ? `on ${day(first)}` : `between ${day(first)} and ${day(last)}`;
  const who = by.length <= 3 ? by.join(', ') : `${by.slice(0, 3).join(', ')} and others`;
  return approvals === 0 ? `asked for by ${who} ${when}` : `approved ${approvals} times by ${who} ${when}`;
}

function freeId(pattern: string, taken: readonly string[]): string {
  const plain = pattern
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const id = `approved-${plain === '' ? 'command' : plain}`;
  const numbered = [id, ...taken.map((_, index) => `${id}-${index + 2}`)];
  return numbered.find((one) => !taken.includes(one)) ?? id;
}

/** What the asking rules give and put on results, the allow has to give and put on as well. */
function giftsOf(asking: readonly RuleSource[]): Pick<RuleSource, 'grant' | 'labels'> {
  const labels = [...new Set(asking.flatMap((source) => source.labels ?? []))];
  const grants = asking.flatMap(({ grant }) => (grant === undefined ? [] : [grant]));
  const grant = grants.reduce<GrantSource | undefined>(
    (before, one) => (before === undefined ? one : joined(before, one)),
    undefined,
  );
  return { ...(grant === undefined ? {} : { grant }), ...(labels.length === 0 ? {} : { labels }) };
}

/** Lists are united, of limits the smaller one counts: as a layer has it for two rules that win. */
function joined(one: GrantSource, other: GrantSource): GrantSource {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = both[key];
    if (Array.isArray(before) && Array.isArray(value)) both[key] = [...new Set([...before, ...value])];
    else if (typeof before === 'number' && typeof value === 'number') both[key] = Math.min(before, value);
    else both[key] ??= value;
  }
  return both;
}

/** A rule that loads. */
export interface Tried {
  readonly source: RuleSource;
  readonly rule: Rule;
}

/** The rule with as many examples as hold; or why it does not load. */
export async function withExamples(
  bare: RuleSource,
  { matches }: Proposal,
  unwanted: ReadonlyMap<string, readonly string[]>,
): Promise<Tried | string> {
  const near = [...new Set(matches.flatMap((text) => unwanted.get(text.split(' ')[0] ?? '') ?? []))].slice(0, 4);
  const beyond = matches.slice(0, 1).flatMap((text) => [`${text} x`, `${text}; id`]);
  const fitting: string[] = [];
  for (const text of [...near, ...beyond]) {
    if (typeof (await tryOut({ ...bare, doesNotMatch: [text] })) !== 'string') fitting.push(text);
  }
  const doesNotMatch = fitting.length === 0 ? {} : { doesNotMatch: fitting };
  const whole = await tryOut({ ...bare, matches: [...matches], ...doesNotMatch });
  return typeof whole === 'string' ? tryOut({ ...bare, ...doesNotMatch }) : whole;
}

async function tryOut(source: RuleSource): Promise<Tried | string> {
  try {
    const { layers } = await loadPolicy([aloneText(source)]);
    const rule = layers[0]?.rules[0];
    return rule === undefined ? 'it names nothing' : { source, rule };
  } catch (error) {
    if (error instanceof PolicyLoadError) return error.problems[0]?.what ?? error.message;
    throw error;
  }
}

const aloneText = (source: RuleSource): PolicyText => ({
  path: 'suggested.yaml',
  text: `policy: suggested\nrules:\n${spellRule(source)}\n`,
});

const telling: ReadonlySet<string> = new Set(['runs-anything', 'over-broad', 'secrets-open', 'runs-later']);

/** What lint warns of; a text if the rule must not be suggested at all. */
export async function warningsOf(source: RuleSource, now: number): Promise<readonly string[] | string> {
  const findings = await lintPolicy([aloneText(source)], { now, labels: [], roles: undefined });
  const wrong = findings.find(({ check, level }) => level === 'error' || check === 'runs-anything');
  if (wrong !== undefined) return `${wrong.what}; ${wrong.fix}`;
  return findings.flatMap(({ check, what }) => (telling.has(check) ? [what] : []));
}
