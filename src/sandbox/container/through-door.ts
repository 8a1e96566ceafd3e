// Runs what needs the network that was granted. INVARIANT: where its door could not be opened nothing ran, and where it could
// not be closed nobody knows what passed.

import { messageOf } from '../../kernel/checked.ts';
import type { Grants, Outcome } from '../../kernel/types.ts';
import type { ContainerNetwork, Egress } from '../egress/egress.ts';
import { withDoor } from '../egress/with-door.ts';
import { notStarted } from './ended.ts';
import type { JobOutcome } from './run-job.ts';

/** Where a call goes out; `network` is undefined where nothing of the network is granted. */
export interface WayOut {
  readonly egress: Egress;
  readonly grants: Grants;
  readonly network: ContainerNetwork | undefined;
}

/** Does the work with the network that is granted. Never rejects, as `work` does not. */
export async function throughDoor<T extends JobOutcome>(
  { egress, grants, network }: WayOut,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | Outcome> {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    return await (network === undefined ? begin() : withDoor(egress, grants, network, signal, begin));
  } catch (error) {
    if (!hasBegun) return notStarted(`the container was not started: ${messageOf(error)}`);
    const because = `the command ran, and what it did on the network is not known: ${messageOf(error)}`;
    return { kind: 'unknown', because, facts: { started: true } };
  }
}
