// One isolate inside the isolate process: made ahead, given one program, then disposed. Only numbers and text cross; no
// handle on a value of the guest is kept apart from its one door, which was taken before any foreign code ran.

import { setTimeout } from 'node:timers/promises';
import type IsolatedVm from 'isolated-vm';
import type { FrameKind } from './frames.ts';
import { prepareGuest } from './guest.ts';
import { rehearsal } from './rehearsal.ts';
import { offerStd } from './std/offer-std.ts';

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

/** What goes into an isolate beside the guest itself. */
export interface Contents {
  readonly memoryMiB: number;
  /** The standard library, as `stdSources` gives it. */
  readonly std: readonly string[];
  /** Programs compiled ahead; any other is compiled when it starts. */
  readonly programs: readonly string[];
}

const waitsForever = 'the program waits for something that never comes';
/** How long a guest that has said its last word may take to stop. */
const lingerMs = 50;
const guestKinds: readonly string[] = ['request', 'returned', 'threw'];

const preparation =
  `const [send, program, argsJson, stdCount, ...texts] = arguments; (${offerStd})(...texts.slice(0, stdCount));` +
  `return (${prepareGuest})(send, program, argsJson, ...texts.slice(stdCount));`;

/** Makes an isolate with the guest's door open and nothing else in it but `std`. */
export async function prepareIsolate(ivm: typeof IsolatedVm, contents: Contents): Promise<PreparedIsolate> {
  const { memoryMiB, std, programs } = contents;
  const isolate = new ivm.Isolate({ memoryLimit: memoryMiB, onCatastrophicError: () => process.abort() });
  const context = await isolate.createContext();
  let listener: HearGuest = () => {};
  let openRequests = 0;
  let isOver = false;
  let uncaught = '';
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
  const door = await context.evalClosure(
    preparation,
    [send, rehearsal.program, rehearsal.argsJson, std.length, ...std, ...programs],
    {
      result: { reference: true },
    },
  );
  context.release();

  // Every entry into the guest; an entry settles when the guest stopped working on it.
  const entries = new Set<Promise<unknown>>();
  const enter = (...words: readonly (string | number)[]) => {
    const entry = door.apply(undefined, [...words], { result: { copy: true } }).catch((error: unknown) => {
      const because = reasonOf(error);
      // A live isolate says so of a promise that failed and nobody waits for yet: the program goes on, and may still care.
      if (!isolate.isDisposed) {
        uncaught ||= because;
        return;
      }
      const isMemory = /memory limit|allocation failed/i.test(because);
      isOver = true;
      listener('died', 0, '', isMemory ? 'memory' : because);
    });
    entries.add(entry);
    void entry.then(() => {
      entries.delete(entry);
      // Everything the guest said before it came to rest has been heard by now.
      if (entries.size === 0 && openRequests === 0 && !isOver) listener('threw', 0, '', uncaught || waitsForever);
    });
  };

  return {
    memoryMiB,
    hear: (heard) => {
      listener = heard;
    },
    start: (program, argsJson, outputCharsMax) => enter('start', outputCharsMax, program, argsJson),
    deliver: (id, isRefusal, meta, text) => {
      openRequests -= 1;
      enter(isRefusal ? 'refusal' : 'answer', id, meta, text);
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

/** Guests throw whatever they like. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : thrown;
  return typeof text === 'string' && text !== '' ? text.slice(0, 4_000) : 'threw something that is not an error';
}
