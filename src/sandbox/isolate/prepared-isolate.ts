// One isolate inside the isolate process: made ahead, given one program, then disposed. Only numbers and text cross; no
// handle on a value of the guest is kept apart from its two doors, which were taken before any foreign code ran.

import { setTimeout } from 'node:timers/promises';
import type IsolatedVm from 'isolated-vm';
import type { FrameKind } from './frames.ts';
import { prepareGuest } from './guest.ts';

/** Hears what the guest says: only the kinds a guest may say, whatever it tries. */
export type HearGuest = (kind: FrameKind, id: number, meta: string, text: string) => void;

export interface PreparedIsolate {
  readonly memoryMiB: number;
  /** Listens to the guest from now on. */
  hear(listener: HearGuest): void;
  start(program: string, argsJson: string, outputCharsMax: number): void;
  deliver(id: number, isRefusal: boolean, meta: string, text: string): void;
  /** Ends the guest; resolves when nothing of it runs any more, which may be never. */
  dispose(): Promise<void>;
}

const waitsForever = 'the program waits for something that never comes';
/** How long a guest that has said its last word may take to stop. */
const lingerMs = 50;
const guestKinds: readonly string[] = ['request', 'returned', 'threw'];

/** Makes an isolate with the guest's doors open and nothing else in it. */
export async function prepareIsolate(ivm: typeof IsolatedVm, memoryMiB: number): Promise<PreparedIsolate> {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMiB, onCatastrophicError: () => process.abort() });
  const context = await isolate.createContext();
  let listener: HearGuest = () => {};
  let openRequests = 0;
  let isOver = false;
  const send = new ivm.Callback(
    (kind: unknown, id: unknown, meta: unknown, text: unknown) => {
      if (typeof kind !== 'string' || typeof id !== 'number' || !(id >= 0 && id <= 0xffff_ffff)) return;
      if (typeof meta !== 'string' || typeof text !== 'string' || !guestKinds.includes(kind)) return;
      if (kind === 'request') openRequests += 1;
      else isOver = true;
      listener(kind as FrameKind, id, meta, text);
    },
    { ignored: true },
  );
  const doors = await context.evalClosure(`return (${prepareGuest})($0);`, [send], { result: { reference: true } });
  const start = await doors.get('start', { reference: true });
  const deliver = await doors.get('deliver', { reference: true });
  doors.release();
  context.release();

  // Every entry into the guest; an entry settles when the guest stopped working on it.
  const entries = new Set<Promise<unknown>>();
  const enter = (door: IsolatedVm.Reference, words: (string | number | boolean)[]) => {
    const entry = door.apply(undefined, words, { result: { copy: true } }).catch((error: Error) => {
      const isMemory = /memory limit|allocation failed/i.test(error.message);
      isOver = true;
      listener('died', 0, '', isMemory ? 'memory' : error.message);
    });
    entries.add(entry);
    void entry.then(() => {
      entries.delete(entry);
      // Everything the guest said before it came to rest has been heard by now.
      if (entries.size === 0 && openRequests === 0 && !isOver) listener('threw', 0, '', waitsForever);
    });
  };

  return {
    memoryMiB,
    hear: (heard) => {
      listener = heard;
    },
    start: (program, argsJson, outputCharsMax) => enter(start, [program, argsJson, outputCharsMax]),
    deliver: (id, isRefusal, meta, text) => {
      openRequests -= 1;
      enter(deliver, [id, isRefusal, meta, text]);
    },
    dispose: async () => {
      listener = () => {};
      // An entry that is about to settle may never do so once its isolate is gone.
      await Promise.race([Promise.all(entries), setTimeout(lingerMs)]);
      if (!isolate.isDisposed) isolate.dispose();
      await Promise.all(entries);
    },
  };
}
