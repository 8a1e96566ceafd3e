// The uses of counted rules: rows that say which rule opened a call when. They are counted and added in the transaction of
// a batch, so that two calls never take the same place, and forgotten once the longest window has passed them.

import type { UseLimit } from '../kernel/types.ts';
import type { Connection } from './connection.ts';

/** One use of a rule; `at` in milliseconds since the epoch. */
export interface RuleUse {
  readonly policy: string;
  readonly rule: string;
  readonly at: number;
}

/** The uses of a rule after `since` (milliseconds since the epoch). */
export interface WantedUses {
  readonly policy: string;
  readonly rule: string;
  readonly since: number;
}

export type UsesSeen = readonly (WantedUses & { readonly count: number })[];

/** No rule counts over a longer time: 30 days, as policy files allow. */
const windowMsMax = 2_592_000_000;

/** The window of a limit that ends now. */
export const windowOf = ({ policy, rule, windowMs }: UseLimit, now: number): WantedUses => ({
  policy,
  rule,
  since: now - windowMs,
});

/** Counts the uses that are on disk; one statement for all. */
export async function readUses(connection: Connection, wanted: readonly WantedUses[]): Promise<UsesSeen> {
  if (wanted.length === 0) return [];
  const rows = await connection.all(
    "SELECT (SELECT count(*) FROM rule_uses WHERE policy = w.value ->> 'policy' AND rule = w.value ->> 'rule' " +
      "AND at > w.value ->> 'since') AS count FROM json_each(?) w ORDER BY w.key",
    JSON.stringify(wanted),
  );
  return wanted.map((one, index) => ({ ...one, count: Number(rows[index]?.count ?? Number.POSITIVE_INFINITY) }));
}

/** Uses on disk and those that earlier writes of the batch added. What was not looked at counts as used up. */
export function countOf(wanted: WantedUses, seen: UsesSeen, added: readonly RuleUse[]): number {
  const isSame = (one: { policy: string; rule: string }) => one.policy === wanted.policy && one.rule === wanted.rule;
  const onDisk = seen.find((one) => isSame(one) && one.since === wanted.since)?.count ?? Number.POSITIVE_INFINITY;
  return onDisk + added.filter((one) => isSame(one) && one.at > wanted.since).length;
}

/** Adds uses, and forgets those that no window reaches any more. */
export async function addUses(connection: Connection, uses: readonly RuleUse[]): Promise<void> {
  if (uses.length === 0) return;
  await connection.all(
    "INSERT INTO rule_uses SELECT value ->> 'policy', value ->> 'rule', value ->> 'at' FROM json_each(?)",
    JSON.stringify(uses),
  );
  for (const { policy, rule, at } of uses) {
    await connection.all(
      'DELETE FROM rule_uses WHERE policy = ? AND rule = ? AND at <= ?',
      policy,
      rule,
      at - windowMsMax,
    );
  }
}
