// Which container calls an agent is likely to make soon: those it made last under the same policy in the same workspace.
// What is guessed wrong costs a container that waits for nothing; what a call may do is never taken from here.

import { isGrants } from '../kernel/checked.ts';
import type { Caller, Grants } from '../kernel/types.ts';
import type { LedgerReader } from '../ledger/ledger.ts';

const lookedAtMax = 200;
const differentMax = 3;

/** Grants of the latest container calls, each once, the latest first. */
export async function likelyGrants(
  ledger: LedgerReader,
  { agent, workspace }: Pick<Caller, 'agent' | 'workspace'>,
  policyDigest: string,
): Promise<readonly Grants[]> {
  const query = { limit: lookedAtMax, before: null, type: 'call-intended', run: null, call: null, digest: null };
  const found = new Map<string, Grants>();
  for (const { body } of await ledger.list(query)) {
    const { sandbox, grants, policy, caller, script = null } = body;
    const isSame =
      sandbox === 'container' && script === null && policy === policyDigest && isOf(caller, agent, workspace);
    if (!isSame || !isGrants(grants)) continue;
    found.set(JSON.stringify(grants), grants);
    if (found.size >= differentMax) break;
  }
  return [...found.values()];
}

const isOf = (caller: unknown, agent: string, workspace: string): boolean =>
  typeof caller === 'object' &&
  caller !== null &&
  'agent' in caller &&
  'workspace' in caller &&
  caller.agent === agent &&
  caller.workspace === workspace;
