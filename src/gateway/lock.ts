// One gateway per state home. What always holds: taking the lock is one transaction, so of two that start at once one gets it;
// a holder that died, however it died, holds nothing. Does not guard against a process in another container on the same files:
// it cannot be seen from here and counts as ended.

import { z } from 'zod';
import type { NoteChange, Store } from '../kernel/store.ts';
import type { JsonObject } from '../kernel/types.ts';

/** What the lock needs: the notes of the home, and the names of processes. */
export interface LockOptions {
  readonly store: Pick<Store, 'changeNote'>;
  /** Names this process. */
  readonly instance: string;
  readonly isAlive: (instance: string) => boolean;
}

export type Locked =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'taken'; readonly pid: number; readonly because: string };

const key = 'gateway:lock';

/** Takes the lock, or says who holds it. */
export function takeLock({ store, instance, isAlive }: LockOptions): Promise<Locked> {
  const release = (): Promise<void> =>
    store.changeNote(key, (current) => {
      const isOurs = holderIn(current) === instance;
      return { next: isOurs ? { instance: '' } : null, record: null, result: () => undefined };
    });
  return store.changeNote(key, (current): NoteChange<Locked> => {
    const holder = holderIn(current);
    if (holder !== '' && isAlive(holder)) {
      const pid = pidOf(holder);
      const because = `a gateway with the process id ${pid} runs for this state home already: stop it, or name another home`;
      return { next: null, record: null, result: () => ({ kind: 'taken', pid, because }) };
    }
    return { next: { instance }, record: null, result: () => ({ kind: 'held', release }) };
  });
}

const noteSchema = z.object({ instance: z.string() });

function holderIn(note: JsonObject | null): string {
  const read = noteSchema.safeParse(note);
  return read.success ? read.data.instance : '';
}

function pidOf(instance: string): number {
  try {
    return z.object({ pid: z.int() }).parse(JSON.parse(instance)).pid;
  } catch {
    // A name nobody can read has no number to show.
    return 0;
  }
}
