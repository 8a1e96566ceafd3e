// Whether a container that was killed had run out of memory. The engine sometimes tells it a moment after the end, and then
// not as part of its state.

import type { Clock } from '../../kernel/ports.ts';
import type { ContainerState, Engine } from './engine.ts';

/** What the engine reports for the end by SIGKILL. */
export const killedStatus = 137;

/** How much later than the end the engine may tell. */
const lateMs = 200;

/** Which container, and since when (milliseconds since the epoch). */
export interface EndedContainer {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly id: string;
  readonly since: number;
}

/** The state of a container that is over, with what the engine told late. */
export async function withMemoryTold(
  { engine, clock, id, since }: EndedContainer,
  state: ContainerState,
): Promise<ContainerState> {
  if (state.exitStatus !== killedStatus || state.ranOutOfMemory) return state;
  await clock.sleep(lateMs, new AbortController().signal);
  const ranOutOfMemory = await engine.sawOutOfMemory(id, since, clock.now()).catch(() => false);
  return { ...state, ranOutOfMemory };
}
