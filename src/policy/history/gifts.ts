// What two decisions with the same verdict give or ask differently: what the sandbox gets, what is put on the result, who is
// asked. Anything more is looser, whatever is less beside it.

import { isDeepStrictEqual } from 'node:util';
import { stepUpRank } from '../../kernel/terms.ts';
import type { Decision, Grants } from '../../kernel/types.ts';
import { type Beside, nothingBeside } from './changes.ts';

/** The parts of a decision that are compared. */
export type Given = Pick<Decision, 'verdict' | 'grants' | 'labels' | 'terms' | 'preview'>;

/** Tells what the second decision gives that the first does not, and the reverse. */
export function giftsBeside(before: Given, after: Given): Beside {
  if (before.verdict === 'deny' || before.verdict !== after.verdict) return nothingBeside;
  const isAsk = before.verdict === 'ask';
  const roles = otherRoles(before.terms.roles, after.terms.roles);
  const isNarrower = isAmong(after.terms.roles, before.terms.roles);
  const more = [
    ...opened(before.grants, after.grants).map((text) => `gets more: ${text}`),
    ...lists('labels', after.labels, before.labels).map((text) => `its results lose ${text}`),
    ...(isAsk ? asked(before.terms, after.terms).map((text) => `easier to approve: ${text}`) : []),
    ...(isAsk && !isNarrower ? roles : []),
    ...(before.preview && !after.preview ? ['people see no preview any more'] : []),
  ];
  const less = [
    ...opened(after.grants, before.grants).map((text) => `gets less: ${text}`),
    ...lists('labels', before.labels, after.labels).map((text) => `its results gain ${text}`),
    ...(isAsk ? asked(after.terms, before.terms).map((text) => `harder to approve: not ${text}`) : []),
    ...(isAsk && isNarrower ? roles : []),
    ...(after.preview && !before.preview ? ['people see a preview'] : []),
  ];
  if (more.length + less.length === 0) return nothingBeside;
  return { direction: more.length > 0 ? 'looser' : 'tighter', what: [...more, ...less] };
}

const opening = ['read', 'write', 'connect', 'secrets'] as const;
/** What stays closed says something only where something is open. */
const closing = [
  ['read', 'exceptRead'],
  ['write', 'exceptWrite'],
  ['connect', 'exceptConnect'],
] as const;
const limits = ['wallMs', 'memoryMiB', 'pids', 'cpus', 'outputBytes'] as const;

/** What `after` opens and `before` does not. */
function opened(before: Grants, after: Grants): readonly string[] {
  const injected = ({ inject }: Grants) =>
    inject.map(({ secret, host, header }) => `${secret} for ${host} as ${header}`);
  return [
    ...opening.flatMap((key) => lists(key, before[key], after[key])),
    ...closing.flatMap(([open, key]) =>
      after[open].length === 0 ? [] : lists(`${key} no longer`, after[key], before[key]),
    ),
    ...lists('inject', injected(before), injected(after)),
    ...limits.flatMap((key) =>
      after.limits[key] > before.limits[key] ? [`${key} ${after.limits[key]} instead of ${before.limits[key]}`] : [],
    ),
    ...(before.runtime === 'runsc' && after.runtime === 'runc' ? ['runs without gVisor'] : []),
    ...(before.image !== after.image && after.image !== '' ? [`runs in the image ${after.image}`] : []),
  ];
}

const shownMax = 4;

/** The entries of `after` that `before` does not have. */
function lists(what: string, before: readonly string[], after: readonly string[]): readonly string[] {
  // Most lists are the same, and some are long.
  if (after.every((entry, index) => entry === before[index])) return [];
  const known = new Set(before);
  const added = after.filter((entry) => !known.has(entry));
  if (added.length === 0) return [];
  const rest = added.length > shownMax ? ` and ${added.length - shownMax} more` : '';
  return [`${what} \`${added.slice(0, shownMax).join('`, `')}\`${rest}`];
}

/** In what an approval is easier to get under `after`. */
const asked = (before: Decision['terms'], after: Decision['terms']): readonly string[] => [
  ...(after.count < before.count ? [`${after.count} instead of ${before.count} people`] : []),
  ...(after.operatorsMin < before.operatorsMin
    ? [`${after.operatorsMin} instead of ${before.operatorsMin} operators among them`]
    : []),
  ...(stepUpRank[after.stepUp] < stepUpRank[before.stepUp]
    ? [`step-up \`${after.stepUp}\` instead of \`${before.stepUp}\``]
    : []),
  ...after.escalate.flatMap(({ afterMs, roles }) =>
    roles.every((role) => before.escalate.some((step) => step.afterMs <= afterMs && step.roles.includes(role)))
      ? []
      : [`${roles.join(', ')} as well after ${afterMs / 1_000} s`],
  ),
  ...(after.withinMs > before.withinMs ? [`${after.withinMs / 1_000} s instead of ${before.withinMs / 1_000} s`] : []),
];

function otherRoles(before: readonly string[], after: readonly string[]): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const spelled = (roles: readonly string[]) => roles.join(', ') || 'any operator';
  return [`${spelled(after)} may answer instead of ${spelled(before)}`];
}

/** No roles means operators: that is another list, neither more nor less than one with roles. */
const isAmong = (roles: readonly string[], others: readonly string[]): boolean =>
  roles.length > 0 && roles.every((role) => others.includes(role));
