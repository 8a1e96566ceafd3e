// The crash harness: processes on one home are killed at random instants, and after each death everything that they were
// promised is looked for in what they left. Which kills, and of whom, follows from the seed; when exactly they hit does not.

import { setTimeout as pause } from 'node:timers/promises';
import { between, oneOf, type Random, randomFrom } from '../soak/random.ts';
import { faultsOf, openFaults } from './check-home.ts';
import { type CrashedHome, type Lived, makeCrashedHome } from './crashed-home.ts';
import type { HomeState } from './home-state.ts';
import { effectSteps, steps } from './mines.ts';
import type { Orders } from './orders.ts';
import { compilePowerCut } from './power-cut.ts';
import type { Promised } from './promises.ts';

export interface CrashOptions {
  /** Processes to kill. */
  readonly kills: number;
  /** Lives on one home before it is brought to its end and another one is made. */
  readonly livesPerHome: number;
  readonly seed: number;
  /** Homes at once. */
  readonly homes: number;
  /** What was not flushed is lost with every kill. */
  readonly isPowerCut: boolean;
  /** Processes do not wait for the disk: losses have to be found. */
  readonly isCareless: boolean;
  readonly tell: (message: string) => void;
}

export interface CrashReport {
  kills: number;
  lives: number;
  homes: number;
  records: number;
  promises: number;
  effects: number;
  /** Calls that were interrupted with their effect unknown. */
  unknown: number;
  /** Runs that another process went on with. */
  continued: number;
  seconds: number;
  /** Broken promises; empty if all held. */
  readonly faults: string[];
}

/** Shortest time within which a process that starts is killed. */
const startMs = 400;
/** Patience with the last process of a home, which has to bring everything to its end. */
const finishMs = 120_000;

/** Kills until enough were killed or something is broken. What it used is removed, unless something is wrong with it. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const began = performance.now();
  const report: CrashReport = {
    ...{ kills: 0, lives: 0, homes: 0, records: 0, promises: 0, effects: 0, unknown: 0, continued: 0, seconds: 0 },
    faults: [],
  };
  const random = randomFrom(options.seed);
  const libraryHome = makeCrashedHome(null);
  const library = options.isPowerCut ? compilePowerCut(libraryHome.root) : null;
  const lane = async () => {
    while (report.kills < options.kills && report.faults.length === 0) {
      const home = makeCrashedHome(library);
      const faults = await livesOf(home, randomFrom(between(random, 1, 2 ** 31)), options, report);
      report.homes += 1;
      report.faults.push(...faults);
      if (faults.length === 0) home.remove();
      else options.tell(`what is wrong lies in ${home.root}`);
      const { kills, lives, records } = report;
      options.tell(`${kills} kills in ${lives} lives, ${records} records`);
    }
  };
  await Promise.all(Array.from({ length: options.homes }, lane));
  libraryHome.remove();
  report.seconds = (performance.now() - began) / 1_000;
  return report;
}

/** Life after life on one home; hands back what is broken. */
async function livesOf(home: CrashedHome, random: Random, options: CrashOptions, report: CrashReport) {
  const before: Promised[] = [];
  const { isCareless, isPowerCut } = options;
  let recent = new Set<string>();
  let people: Lived | null = null;
  let state: HomeState | null = null;
  /** What is broken after a life of these processes. */
  const look = async (lived: readonly Lived[], isInUse: boolean): Promise<readonly string[]> => {
    const ends = await Promise.all(lived.map(({ ended }) => ended));
    const broke = lived.flatMap((one, index) =>
      ends[index] === 'SIGKILL' || ends[index] === 'status 0' ? [] : [`a process broke: ${one.complaint()}`],
    );
    if (broke.length > 0) return broke;
    const born = lived.flatMap((one) => one.promises());
    const isRecovered = born.some(({ kind }) => kind === 'recovered');
    const instances = born.flatMap((one) => (one.kind === 'born' ? [one.instance] : []));
    recent = new Set([...(isRecovered ? [] : recent), ...instances]);
    before.push(...born);
    const stillSaid = isInUse && people !== null ? people.promises() : [];
    state = await home.read(isInUse);
    return faultsOf(state, [...before, ...stillSaid], recent);
  };

  for (let life = 1; life <= options.livesPerHome && report.kills < options.kills; life += 1) {
    const orders = { isCareless, firstPlan: life * 1_000_000 + between(random, 1, 100) };
    people ??= home.start('people', orders, 0);
    const workloads = Array.from({ length: random() < 0.2 ? 2 : 1 }, (_, index) =>
      home.start(
        'workload',
        { ...orders, ...plannedDeath(random, index) },
        random() < 0.5 ? between(random, 1, 400) : 0,
      ),
    );
    await deathComes(workloads, random, isPowerCut);
    const isPeopleGone = isPowerCut || random() < 0.3;
    const dead: readonly Lived[] = isPeopleGone ? [...workloads, people] : workloads;
    for (const one of dead) one.kill();
    await Promise.all(dead.map(({ ended }) => ended));
    if (isPeopleGone) people = null;
    if (isPowerCut) home.losePower(random);
    report.kills += dead.length;
    report.lives += 1;
    const faults = await look(dead, people !== null);
    if (faults.length > 0) {
      people?.kill();
      return faults.map((fault) => `life ${life}: ${fault}`);
    }
  }

  people?.kill();
  if (people !== null) await look([people], false);
  const finishing = [home.start('people', { lanes: 0 }, 0), home.start('workload', { lanes: 0 }, 0)];
  const end = await Promise.race([finishing[1]?.ended, pause(finishMs, 'it did not come to its end', { ref: false })]);
  for (const one of finishing) one.kill();
  const faults = [...(await look(finishing, false))];
  if (end !== 'status 0') faults.push(`${end}`);
  if (state !== null && faults.length === 0) faults.push(...openFaults(state));
  count(state, before, report);
  return faults.map((fault) => `at the end: ${fault}`);
}

function count(state: HomeState | null, promises: readonly Promised[], report: CrashReport): void {
  const { records = [], effects = [] } = state ?? {};
  report.records += records.length;
  report.promises += promises.length;
  report.effects += effects.length;
  report.unknown += records.filter(({ body }) => body.outcome === 'unknown').length;
  report.continued += records.filter(({ type }) => type === 'run-continued').length;
}

/** Half of the processes die at a chosen step, all at some instant. */
function plannedDeath(random: Random, index: number): Partial<Orders> {
  const lanes = between(random, 1, 5);
  const mine = random() < 0.5 ? '' : (oneOf(random, random() < 0.3 ? effectSteps : steps) ?? '');
  return { lanes, mine, mineTimes: between(random, 1, 4), firstPlan: between(random, 1, 2 ** 30) * 8 + index };
}

/** Comes back when the processes shall die: most while they work, some while they start, or when one has died already. */
async function deathComes(workloads: readonly Lived[], random: Random, isOneEnough: boolean): Promise<void> {
  const work = workloads.map(({ ended }) => ended);
  const gone = isOneEnough ? Promise.race(work) : Promise.all(work);
  const began = performance.now();
  const instant = pause(between(random, 0, startMs), undefined, { ref: false });
  if (random() < 0.15) return void (await Promise.race([gone, instant]));
  await Promise.race([gone, Promise.all(workloads.map(({ ready }) => ready))]);
  // A process works about as long as it took to start, however busy the machine is.
  const workMs = Math.max(startMs, performance.now() - began);
  await Promise.race([gone, pause(random() * workMs, undefined, { ref: false })]);
}
