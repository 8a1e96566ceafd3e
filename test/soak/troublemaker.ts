// Kills at random instants: isolate processes and containers all the time, and the kernel when it is told that one is due,
// whatever it does just then, starting included. Keeps note of when, because calls of that moment may end otherwise than
// planned.

import { setTimeout as after } from 'node:timers/promises';
import Docker from 'dockerode';
import { usualDockerSocket } from '../../src/sandbox/container.ts';
import { processesOf } from './processes.ts';
import { between, oneOf, type Random } from './random.ts';
import type { SoakPlace } from './soak-place.ts';
import type { SoakedKernel } from './soaked-kernel.ts';

/** How often what was killed. */
export type Kills = { kernel: number; isolate: number; container: number };

/** Makes trouble until it is told to stop. */
export interface Troublemaker {
  readonly kills: Readonly<Kills>;
  /** Kills the kernel, a moment from now. */
  killKernelSoon(): void;
  /** Resolves once the kernel was killed as often as was said. */
  spareKernel(): Promise<void>;
  /** Whether something was killed in a span of time (of `performance.now()`), or right before it. */
  wasDisturbed(from: number, until: number): boolean;
  stop(): Promise<void>;
}

const pauseMs = { low: 50, high: 1_500 };
/** A death needs a moment to be noticed. */
const noticedMs = 1_000;

export function makeTrouble(place: SoakPlace, kernel: SoakedKernel, random: Random): Troublemaker {
  const docker = new Docker({ socketPath: usualDockerSocket });
  const kills: Kills = { kernel: 0, isolate: 0, container: 0 };
  const moments: number[] = [];
  const over = new AbortController();
  let deaths: Promise<unknown> = Promise.resolve();

  const kill = async (): Promise<'isolate' | 'container' | undefined> => {
    return random() < 0.5 ? killIsolate() : killContainer();
  };
  const killIsolate = () => {
    const isolates = processesOf(place.root).filter(
      (one) => one.program === place.node && one.words.includes('--permission'),
    );
    const victim = oneOf(random, isolates);
    if (victim === undefined) return undefined;
    process.kill(victim.pid, 'SIGKILL');
    return 'isolate';
  };
  const killContainer = async () => {
    if (kernel.instance === '') return undefined;
    const filters = JSON.stringify({ label: [`sallyport.instance=${kernel.instance}`] });
    const victim = oneOf(random, await docker.listContainers({ filters }));
    if (victim === undefined) return undefined;
    await docker.getContainer(victim.Id).kill();
    return 'container';
  };

  const work = (async () => {
    while (!over.signal.aborted) {
      await after(between(random, pauseMs.low, pauseMs.high), undefined, { signal: over.signal }).catch(() => {});
      const at = performance.now();
      // Who is dead already cannot be killed.
      const killed = over.signal.aborted ? undefined : await kill().catch(() => undefined);
      if (killed === undefined) continue;
      kills[killed] += 1;
      moments.push(at, performance.now());
    }
  })();

  return {
    kills,
    killKernelSoon: () => {
      const due = after(between(random, 0, pauseMs.high)).then(kernel.kill);
      deaths = Promise.all([deaths, due]);
      kills.kernel += 1;
    },
    spareKernel: async () => void (await deaths),
    wasDisturbed: (from, until) => moments.some((moment) => moment >= from - noticedMs && moment <= until),
    stop: () => {
      over.abort();
      return work;
    },
  };
}
