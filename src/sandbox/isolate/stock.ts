// Isolates made ahead in one process. What comes is guessed from what came last: the same heaps, the same programs. Each
// isolate is handed out once.

import type { Contents, PreparedIsolate } from './prepared-isolate.ts';

/** Isolates made ahead at most; each reserves address space, see `process.ts`. */
export const stockMax = 4;
/** Different heaps and programs that are kept in mind. */
const heapsMax = 2;
const programsMax = 8;
const programCharsMax = 65_536;

/** Isolates that wait for a program. */
export interface Stock {
  /** One with this heap: from the stock, or else made now. The program is one to compile ahead from now on. */
  take(memoryMiB: number, program: string): PreparedIsolate | Promise<PreparedIsolate>;
  /** Whether the next call would probably have to wait. */
  isEmpty(): boolean;
  /** Makes one more if one is missing; false if none is. */
  refill(): Promise<boolean>;
}

/** An empty stock of isolates with `usualMiB` of heap, until something else is asked for. */
export function createStock(
  usualMiB: number,
  prepare: (contents: Omit<Contents, 'std'>) => Promise<PreparedIsolate>,
): Stock {
  const ready: PreparedIsolate[] = [];
  let heaps: readonly number[] = [usualMiB];
  let programs: readonly string[] = [];
  const countOf = (memoryMiB: number) => ready.filter((each) => each.memoryMiB === memoryMiB).length;
  const make = (memoryMiB: number) => prepare({ memoryMiB, programs });
  const refillOnce = async (): Promise<boolean> => {
    for (const old of ready.filter((each) => !heaps.includes(each.memoryMiB))) {
      ready.splice(ready.indexOf(old), 1);
      await old.dispose();
    }
    const missing = heaps.find((each) => countOf(each) < stockMax / heaps.length);
    if (missing === undefined) return false;
    ready.push(await make(missing));
    return true;
  };
  let refilling: Promise<boolean> | undefined;
  return {
    take: (memoryMiB, program) => {
      heaps = latest(memoryMiB, heaps, heapsMax);
      if (program.length <= programCharsMax) programs = latest(program, programs, programsMax);
      const at = ready.findIndex((each) => each.memoryMiB === memoryMiB);
      return ready.splice(at, at < 0 ? 0 : 1)[0] ?? make(memoryMiB);
    },
    isEmpty: () => countOf(heaps[0] ?? usualMiB) === 0,
    // One at a time, or the address space that is reserved for them would not do.
    refill: () => {
      refilling ??= refillOnce().finally(() => {
        refilling = undefined;
      });
      return refilling;
    },
  };
}

const latest = <T>(one: T, all: readonly T[], most: number): readonly T[] =>
  [one, ...all.filter((each) => each !== one)].slice(0, most);
