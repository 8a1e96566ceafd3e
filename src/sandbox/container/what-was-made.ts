// What a call left in the workspace against the policy: a path that exceptions keep from being written, or a setuid file.
// Looked for when nothing of the call runs any more; a call that made such a thing has failed, whatever its command says.

import { messageOf } from '../../kernel/checked.ts';
import type { Outcome } from '../../kernel/types.ts';
import { disarm } from './disarm.ts';
import { identitiesOf, madeAgainstPolicy } from './made-against-policy.ts';
import type { CallPlan } from './prepare.ts';

/** Knows how things were before a call. */
export interface Watch {
  /** The outcome, or what it has to be. Never rejects. */
  judge(outcome: Outcome): Promise<Outcome>;
}

/** To be called right before the command starts, with the time; `closesSetuid`: the container lets no file be made setuid. */
export async function watchWhatIsMade(
  { mountPlan, request }: CallPlan,
  beganAt: number,
  closesSetuid: boolean,
): Promise<Watch> {
  // What a call does to copies is looked at by whoever made them.
  const inPlace = mountPlan.mounts.filter(({ access, copy }) => access === 'write' && copy === null);
  const writable = inPlace.map(({ source }) => source);
  if (writable.length === 0) return { judge: async (outcome) => outcome };
  const before = await identitiesOf(mountPlan.mounts);
  const faultsOf = async (outcome: Outcome): Promise<Outcome> => {
    const disarmed = closesSetuid ? [] : await disarm(writable, beganAt);
    if (outcome.kind === 'unknown') return outcome;
    const made = await madeAgainstPolicy(request, mountPlan, before);
    const faults = [
      outcome.kind === 'failed' ? outcome.because : '',
      made.length === 0
        ? ''
        : `${named(made)} was made or replaced while it ran, which the policy does not allow: look at it`,
      disarmed.length === 0 ? '' : `it made ${named(disarmed)} setuid or setgid, and the bit was taken away again`,
    ].filter((fault) => fault !== '');
    return faults.length === 0 ? outcome : { ...outcome, kind: 'failed', because: faults.join('; ') };
  };
  return {
    judge: async (outcome) => {
      try {
        return await faultsOf(outcome);
      } catch (error) {
        const because = `the command ended, and whether it made what the policy forbids is not known: ${messageOf(error)}`;
        return { kind: 'unknown', because, facts: outcome.facts };
      }
    },
  };
}

/** A few of the paths, for a person. */
const named = (paths: readonly string[]): string =>
  `\`${paths.slice(0, 20).join('`, `')}\`${paths.length > 20 ? ` and ${paths.length - 20} more` : ''}`;
