// The process that is killed: it closes what the one before it left, goes on with runs that wait for people, and makes new
// ones, several at once, over the real store, ledger and approvals. Argument: its orders, as JSON. To be killed.

import { createApprovals } from '../../src/approvals/approvals.ts';
import { createHalts } from '../../src/halts/halts.ts';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import { defaultRunLimits } from '../../src/kernel/limits.ts';
import type { Approvals, Ledger } from '../../src/kernel/ports.ts';
import { findPrivateAt } from '../../src/kernel/private-parts.ts';
import { continueRun, type RunPorts, run } from '../../src/kernel/run.ts';
import { continueCall, runCall } from '../../src/kernel/run-call.ts';
import { noSteering } from '../../src/kernel/steer.ts';
import type { LinkRecord } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { CallResult, JsonObject, Question, RunEvent } from '../../src/kernel/types.ts';
import { outputText, wholeOutput } from '../../src/ledger/beside/whole-output.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { recoverInterrupted } from '../../src/ledger/recover.ts';
import { journalTypes, readRun } from '../../src/ledger/run-journal.ts';
import { takeOver, type WaitingRun, waitingRuns } from '../../src/ledger/waiting-runs.ts';
import { createInstance, isInstanceAlive } from '../../src/store/instance.ts';
import { defaultStoreLimits, openSqliteStore } from '../../src/store/sqlite.ts';
import { proveNothing } from '../fixtures/people.ts';
import { caller, plainRecording, testPorts } from '../fixtures/ports.ts';
import { beCareless } from './careless.ts';
import { createEffects } from './effects.ts';
import { endWithParent } from './end-with-parent.ts';
import { everybody } from './everybody.ts';
import { layMine } from './mines.ts';
import { readOrders } from './orders.ts';
import { onlyCallOf, plannedModel, plannedPolicy } from './planned.ts';
import { promise, tellReady } from './promises.ts';

const orders = readOrders(process.argv[2]);
const stepOn = layMine(orders.mine, orders.mineTimes);
endWithParent();
if (orders.isCareless) beCareless();

const instance = createInstance();
promise({ kind: 'born', instance });
const link: LinkRecord = (previous, draft) => {
  const row = linkRecord(previous, draft);
  stepOn(`linked ${row.type}`);
  return row;
};
const store = await openSqliteStore({ path: orders.database, link, genesis, limits: defaultStoreLimits });
const stored = createLedger(store, systemClock);
const ledger: Ledger = {
  async append(entry) {
    const { seq, hash } = await stored.append(entry);
    stepOn(`written ${entry.type}`);
    promise({ kind: 'record', seq, hash });
    return { seq, hash };
  },
};
const kept = createApprovals({
  store,
  clock: systemClock,
  directory: everybody,
  prove: proveNothing,
  instance,
  isAlive: isInstanceAlive,
  redact: (text) => text,
  findPrivate: findPrivateAt(['*.token']),
  mayWiden: async () => true,
  pendingMax: 500,
});
const shown = ({ id, sealed, text }: Question): void => promise({ kind: 'question', id, digest: sealed.digest, text });
const approvals: Approvals = {
  ...kept,
  async ask(asked, show, signal) {
    const told = (question: Question) => {
      stepOn('asked');
      shown(question);
      show(question);
    };
    return kept.ask(asked, told, signal);
  },
  async askAhead(asked, signal) {
    const questions = await kept.askAhead(asked, signal);
    for (const question of questions) shown(question);
    return questions;
  },
  async claim(id, digest) {
    const isClaimed = await kept.claim(id, digest);
    stepOn('claimed');
    if (isClaimed) promise({ kind: 'claim', id, instance });
    return isClaimed;
  },
  async consume(id, digest, intent) {
    const receipt = await kept.consume(id, digest, intent);
    stepOn('consumed');
    if (receipt !== null) promise({ kind: 'record', ...receipt });
    return receipt;
  },
};

const effects = createEffects(orders.effects, orders.previews, instance, stepOn);
const halts = createHalts(store, systemClock, (text) => text);
const ports: Omit<RunPorts, 'task'> = {
  ...testPorts('deny').ports,
  ...{ approvals, ledger, halts, instance, uses: store, changes: effects },
  classifier: {
    classify: async ({ tool, args }, { workspace }) => ({
      kind: 'understood',
      action: {
        ...{ tool, toolVersion: 'sha256:1', sandbox: 'isolate', script: null, labels: [], workspace },
        args: isObject(args) ? args : {},
        effects: [{ kind: 'tool', name: tool, standing: 'own' }],
      },
    }),
  },
  policies: fixedPolicy(plannedPolicy),
  executors: { isolate: effects, container: effects },
  recording: { ...plainRecording, findPrivate: findPrivateAt(['*.token']) },
  ...{ model: plannedModel, tools: [], system: '', runLimits: defaultRunLimits, steer: noSteering },
};
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const never = new AbortController().signal;

const told = (run: string, call: string, { outcome }: CallResult): void =>
  promise({ kind: 'told', run, call, outcome });
const heard = (event: RunEvent): void => {
  if (event.stream === 'tool' && event.phase === 'finished') told(event.runId, event.call.id, event.result);
  if (event.stream === 'lifecycle' && event.phase !== 'start')
    promise({ kind: 'run-ended', run: event.runId, phase: event.phase });
};

/** Makes the run of a plan: every fourth has no model, every third is by an agent that people halt. */
async function makeRun(plan: number): Promise<void> {
  const by = { ...caller, agent: plan % 3 === 0 ? 'other' : 'main', run: `run-${plan}` };
  const task = { kind: plan % 4 === 0 ? 'call' : 'run' };
  if (task.kind === 'run') return void (await run(`${plan}`, [], by, { ...ports, task }, never, heard));
  const call = onlyCallOf(plan);
  told(by.run, call.id, await runCall(call, by, task, { ...ports }, never, () => {}));
}

/** Closes what dead processes left open, and removes what nobody needs any more. */
async function cleanUp(): Promise<void> {
  await recoverInterrupted(store, systemClock, isInstanceAlive);
  await kept.expireOverdue();
  const states = ['pending', 'approved', 'claimed'] as const;
  const unused = await store.questions({ states, run: null, call: null, limit: 10_000 });
  const open = unused.filter(({ question }) => systemClock.now() < question.deadline);
  effects.sweep(isInstanceAlive, new Set(open.flatMap(({ question }) => question.sealed.changes?.id ?? [])));
}

/** Takes a run over from the dead process that made it, as `sallyport continue` does. */
async function goOn(waiting: WaitingRun): Promise<void> {
  const records = stored.records({ order: 'oldest-first', types: journalTypes, from: null, run: waiting.run });
  const found = await readRun(records, async ({ body }) => outputText(await wholeOutput(body, store)));
  if (found === null || !(await takeOver(store, systemClock, waiting, instance))) return;
  stepOn('written run-continued');
  const { caller: by, soFar, task } = found;
  if (task.kind === 'run') return void (await continueRun(soFar, by, { ...ports, task }, never, heard));
  const [asked] = waiting.questions;
  const left = asked === undefined ? null : await approvals.left(by.run, asked.question.callId);
  if (left === null) throw new Error(`the question of ${by.run} is gone`);
  told(by.run, left.question.callId, await continueCall(left, ports, never, () => {}));
}

/** One after the other, until the process is killed. */
async function lane(first: number): Promise<void> {
  for (let plan = first; ; plan += orders.lanes) await makeRun(plan);
}

/** Closes and goes on with what is open until nothing is. */
async function finish(): Promise<void> {
  for (;;) {
    const waiting = await waitingRuns(store, systemClock.now(), isInstanceAlive);
    await Promise.all(waiting.map(goOn));
    await cleanUp();
    if ((await store.openSteps(1)).length === 0) return;
    await systemClock.sleep(50, never);
  }
}

await cleanUp();
promise({ kind: 'recovered' });
tellReady();
if (orders.lanes === 0) {
  await finish();
} else {
  const waiting = await waitingRuns(store, systemClock.now(), isInstanceAlive);
  const lanes = Array.from({ length: orders.lanes }, (_, index) => lane(orders.firstPlan + index));
  await Promise.all([...waiting.map(goOn), ...lanes]);
}
await store.close();
