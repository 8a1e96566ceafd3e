// Somebody who holds a role lends it to somebody else for a while. What always holds: a role is lent only by who holds it by
// configuration, so never further, and it ends with its time, its revocation, or when the lender loses the role.

import { operatorRole } from '../kernel/terms.ts';
import { folded, type Person } from './people.ts';

/** One role, lent. */
export interface Delegation {
  readonly id: string;
  /** Ids of people. */
  readonly from: string;
  readonly to: string;
  readonly role: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly until: number;
  /** 0 while it is not. */
  readonly revokedAt: number;
}

/** The longest delegation: whoever is away longer wants the configuration changed. */
export const delegationMsMax = 90 * 86_400_000;

/** True while it opens anything. */
export const isActive = ({ madeAt, until, revokedAt }: Delegation, now: number): boolean =>
  revokedAt === 0 && madeAt <= now && now < until;

/** True if the configuration gives the role to this person. */
export const holds = ({ roles }: Person, role: string): boolean => roles.includes('*') || roles.includes(role);

/** What somebody wants to lend. */
export type Wish = Pick<Delegation, 'to' | 'role' | 'until'>;

/** Why this person may not lend that, or ''. */
export function whyNotDelegate(
  from: Person | undefined,
  { to, role, until }: Wish,
  people: readonly Person[],
  now: number,
): string {
  if (from === undefined) return 'you are not among the people who may answer approvals here';
  if (role === '*' || role === '') return 'a delegation names one role; say which, as in `--role oncall`';
  if (!holds(from, role))
    return `you do not hold the role \`${role}\` yourself, and what was lent to you is not lent further`;
  const receiver = people.find(({ id }) => id === to);
  if (receiver === undefined) return `there is nobody \`${to}\` among the \`people\` of config.yaml`;
  if (folded(receiver.id) === folded(from.id)) return 'you hold it already; name somebody else';
  if (!(Number.isSafeInteger(until) && until > now)) return 'it would be over before it begins; name a later moment';
  if (until > now + delegationMsMax) return 'it would last longer than 90 days; give the role in config.yaml instead';
  return '';
}

/** Why this person may not take a delegation back, or ''. Who lent it may, who got it, and any operator. */
export function whyNotRevoke(by: Person | undefined, { from, to }: Delegation): string {
  if (by === undefined) return 'you are not among the people who may answer approvals here';
  const isTheirs = by.id === from || by.id === to || holds(by, operatorRole);
  return isTheirs ? '' : 'only who lent it, who got it or an operator may take it back';
}
