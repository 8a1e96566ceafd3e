// One run of a session at a time, over all processes of a state home. Whoever holds a session writes its transcript. The hold
// of a process that died is nobody's: nothing that a crash leaves behind is stuck.

import type { Store } from '../kernel/store.ts';

/** A session that is held until it is let go. */
export interface SessionHold {
  release(): Promise<void>;
}

type NoteStore = Pick<Store, 'changeNote' | 'notes'>;

const prefix = 'session-hold:';

/**
 * Takes a session for the process named `instance`; null if a process that lives holds it. The same process does not take it
 * twice either.
 */
export async function holdSession(
  store: NoteStore,
  key: string,
  instance: string,
  isAlive: (instance: string) => boolean,
): Promise<SessionHold | null> {
  const name = `${prefix}${key}`;
  const seen = holderIn((await store.notes(name)).find((note) => note.key === name)?.document ?? null);
  if (seen !== '' && isAlive(seen)) return null;
  const isTaken = await store.changeNote(name, (current) => {
    const isAsSeen = holderIn(current) === seen;
    return { next: isAsSeen ? { instance } : null, record: null, result: () => isAsSeen };
  });
  if (!isTaken) return null;
  return {
    release: () =>
      store.changeNote(name, (current) => ({
        next: holderIn(current) === instance ? { instance: '' } : null,
        record: null,
        result: () => undefined,
      })),
  };
}

const holderIn = (note: { readonly [key: string]: unknown } | null): string =>
  typeof note?.instance === 'string' ? note.instance : '';
