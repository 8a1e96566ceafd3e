// A soak: thousands of calls of all kinds in a few lanes, while the kernel, its isolates and its containers are killed at
// random instants; in its second part the kernel is spared, so that its memory can be watched. What is checked at the end is
// seen from outside: the ledger by the command, effects in the workspace, leftovers on this machine.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type EndedCall, faultsOf, recordedCalls } from './check-ends.ts';
import { declineLeft, sallyport, sallyportWords } from './decline-left.ts';
import { growthFaults } from './growth.ts';
import { leftovers, strays } from './leftovers.ts';
import type { Gauge } from './messages.ts';
import { planCalls } from './planned-calls.ts';
import { randomFrom } from './random.ts';
import { makeSoakPlace, type SoakPlace } from './soak-place.ts';
import { type SoakedKernel, startSoakedKernel } from './soaked-kernel.ts';
import { type Kills, makeTrouble } from './troublemaker.ts';

/** How much, and which. */
export interface SoakOptions {
  readonly calls: number;
  /** While the kernel is killed: calls from one death to the next. */
  readonly callsPerKill: number;
  readonly seed: number;
  /** Hears how far it is. */
  readonly tell: (message: string) => void;
}

/** What came of it. */
export interface SoakReport {
  readonly ended: readonly EndedCall[];
  readonly seconds: number;
  readonly kernels: number;
  readonly kills: Readonly<Kills>;
  /** Of the kernel that was spared, each time no call was running. */
  readonly gauges: readonly Gauge[];
  /** Broken promises; empty if all held. */
  readonly faults: readonly string[];
}

/** Calls that run at once. */
const lanes = 12;
/** Part of the calls during which the kernel is killed. */
const roughShare = 0.4;
/** Looks at the memory of the kernel that is spared. */
const looks = 8;

/** Runs a soak. What it used is removed, unless something is wrong with it. */
export async function runSoak({ calls: count, callsPerKill, seed, tell }: SoakOptions): Promise<SoakReport> {
  const place = makeSoakPlace(lanes);
  const calls = planCalls(count, lanes, seed);
  const kernel = startSoakedKernel(place);
  const trouble = makeTrouble(place, kernel, randomFrom(seed + 1));
  const began = performance.now();
  const ended: EndedCall[] = [];
  let isRough = true;
  const runLane = async (lane: number, from: number, until: number) => {
    for (const [offset, call] of calls.slice(from, until).entries()) {
      if ((from + offset) % lanes !== lane) continue;
      if (isRough && (from + offset) % callsPerKill === 0) trouble.killKernelSoon();
      const { end, from: began, until: over } = await kernel.run(call);
      ended.push({ call, end, ms: over - began, wasDisturbed: trouble.wasDisturbed(began, over) });
      if (ended.length % 500 === 0) tell(`${ended.length} calls, ${kernel.pids.length} kernels`);
    }
  };
  const runCalls = (from: number, until: number) =>
    Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane, from, until)));

  const rough = Math.floor(count * roughShare);
  await runCalls(0, rough);
  isRough = false;
  await trouble.spareKernel();
  const gauges: Gauge[] = [];
  for (let look = 0; look < looks; look += 1) {
    const at = (part: number) => rough + Math.floor(((count - rough) * part) / looks);
    await runCalls(at(look), at(look + 1));
    gauges.push(await kernel.gauge());
  }
  const seconds = (performance.now() - began) / 1_000;
  await trouble.stop();
  const faults = [...(await closingFaults(place, kernel)), ...growthFaults(gauges)];
  faults.push(...(await ledgerFaults(place)), ...strays(place, calls).map((what) => `the workspace has ${what}`));
  faults.push(...faultsOf(ended, await recordedCalls(exportedLines(place)), place.workspace));
  if (faults.length === 0) place.remove();
  else tell(`what is wrong lies in ${place.root}`);
  return { ended, seconds, kernels: kernel.pids.length, kills: trouble.kills, gauges, faults };
}

/**
 * The kernel of now closes and leaves nothing of its own but previews that people are still asked about; when they said no,
 * the next start sweeps what was left by those that were killed.
 */
async function closingFaults(place: SoakPlace, kernel: SoakedKernel): Promise<readonly string[]> {
  const last = kernel.pids.slice(-1);
  await kernel.close();
  const own = await leftovers(place, last);
  await declineLeft(place);
  const next = startSoakedKernel(place);
  await next.close();
  const rest = await leftovers(place, [...kernel.pids, ...next.pids]);
  return [
    ...own.map((what) => `a kernel that closed left ${what}`),
    ...rest.map((what) => `after the next start there is ${what}`),
  ];
}

async function ledgerFaults(place: SoakPlace): Promise<readonly string[]> {
  try {
    const verified = await sallyport(place, 'audit', 'verify', '--json');
    const pending = await sallyport(place, 'approvals', 'list', '--json');
    return [
      ...(verified.isSound ? [] : [`the ledger does not verify: ${verified.problem}`]),
      ...(pending.length === 0 ? [] : [`${pending.length} questions are still open`]),
    ];
  } catch (error) {
    return [`the ledger could not be looked at: ${String(error)}`];
  }
}

async function* exportedLines(place: SoakPlace): AsyncIterable<string> {
  const child = spawn(process.execPath, sallyportWords(['audit', 'export']), {
    env: place.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  yield* createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
}
