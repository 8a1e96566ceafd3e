// The last gate before the intent: a call uses up its place under every counted rule that opened it, durably, or is refused.
// Two calls that were decided at the same moment, in whatever processes, cannot take the same place.

import { messageOf } from './checked.ts';
import type { CallPorts } from './ports.ts';
import type { SealedAction } from './types.ts';
import { within } from './within.ts';

/** Takes the uses; says why not, or ''. Never throws: what cannot be counted is used up. */
export async function takeUses(sealed: SealedAction, ports: CallPorts): Promise<string> {
  const { uses: limits } = sealed.decision;
  if (limits.length === 0) return '';
  const { uses, clock, limits: bounds } = ports;
  const never = new AbortController().signal;
  try {
    const take = () => uses.take(limits, clock.now());
    if ((await within(take, 'counting the uses of rules', bounds.ledgerMs, clock, never)) === true) return '';
    return `another call took the last use of ${limits.map(({ rule }) => `rule \`${rule}\``).join(' or ')}`;
  } catch (error) {
    return `could not count the uses of its rules: ${messageOf(error)}`;
  }
}
