// Before a call may write, what it can write is marked with the labels of its session and with those that lie there
// already, durably: whoever reads it later, in whatever session, inherits them. A directory is marked for the time in which
// the call can run, because nobody knows what it will write there.

import { resolve } from 'node:path';
import { messageOf } from './checked.ts';
import { globStart } from './path-patterns.ts';
import type { CallPorts, FindLabels, LabelMark } from './ports.ts';
import type { Caller, SealedAction } from './types.ts';
import { within } from './within.ts';

/** Clocks of file systems lag behind that of the program by up to a tick; a second is more than enough. */
const clockSlackMs = 1_000;

/** Marks what the call may write; says why it could not, or ''. Never throws: what cannot be marked is not written. */
export async function markFiles(sealed: SealedAction, caller: Caller, ports: CallPorts): Promise<string> {
  const { labels, clock, limits } = ports;
  const never = new AbortController().signal;
  try {
    const places = placesOf(sealed, clock.now(), limits.graceMs);
    if (places.length === 0) return '';
    const mark = async () => {
      const marks = await marksOf(places, sealed, caller, await labels.look());
      if (marks.length > 0) await labels.mark(marks);
    };
    await within(mark, 'marking files with labels', limits.ledgerMs, clock, never);
    return '';
  } catch (error) {
    return `could not mark the files it writes with the labels of its session: ${messageOf(error)}`;
  }
}

type Place = Omit<LabelMark, 'labels'>;

/** Everything that the call may write. */
function placesOf({ action, decision }: SealedAction, now: number, graceMs: number): readonly Place[] {
  const written = action.effects.flatMap((effect) => (effect.kind === 'write' ? [effect.absolute] : []));
  const granted = decision.grants.write.map((entry) => resolve(action.workspace, globStart(entry)));
  const changed = { from: now - clockSlackMs, until: now + decision.grants.limits.wallMs + graceMs + clockSlackMs };
  return [
    ...written.map((path) => ({ path, changed: null })),
    ...granted.filter((path) => !written.includes(path)).map((path) => ({ path, changed })),
  ];
}

/** The labels of the session and of the call for each place, with those it had. */
async function marksOf(
  places: readonly Place[],
  { decision }: SealedAction,
  caller: Caller,
  find: FindLabels,
): Promise<readonly LabelMark[]> {
  const own = [...caller.labels, ...decision.labels];
  const marks = places.map(async (place) => ({
    ...place,
    labels: [...new Set([...own, ...(await find([place.path]))])].sort(),
  }));
  return (await Promise.all(marks)).filter(({ labels }) => labels.length > 0);
}
