// People, in a process of their own on the same database: they answer what is open as its call wants, two at once where that
// can be, halt an agent and let it go, and take back approvals that stand. Argument: orders, as JSON. May be killed.

import { setTimeout as pause } from 'node:timers/promises';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { createHalts } from '../../src/halts/halts.ts';
import { findPrivateAt } from '../../src/kernel/private-parts.ts';
import type { StoredQuestion } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { AnswerScope } from '../../src/kernel/types.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { createInstance, isInstanceAlive } from '../../src/store/instance.ts';
import { defaultStoreLimits, openSqliteStore } from '../../src/store/sqlite.ts';
import { proveNothing } from '../fixtures/people.ts';
import { between, randomFrom } from '../soak/random.ts';
import { beCareless } from './careless.ts';
import { endWithParent } from './end-with-parent.ts';
import { ann, bob, everybody } from './everybody.ts';
import { readOrders } from './orders.ts';
import { numberOf, type Wish, wantedIn } from './planned.ts';
import { promise, tellReady } from './promises.ts';

const orders = readOrders(process.argv[2]);
endWithParent();
if (orders.isCareless) beCareless();
const random = randomFrom(orders.firstPlan + 1);
const instance = createInstance();
promise({ kind: 'born', instance });
const path = orders.database;
const store = await openSqliteStore({ path, link: linkRecord, genesis, limits: defaultStoreLimits });
const desk = createApprovals({
  ...{ store, clock: systemClock, directory: everybody, prove: proveNothing, instance, isAlive: isInstanceAlive },
  redact: (text) => text,
  findPrivate: findPrivateAt(['*.token']),
  mayWiden: async () => true,
  pendingMax: 500,
});
const halts = createHalts(store, systemClock, (text) => text);

/** Who says what to a call that wants so; two at once may be of different minds. */
const said: Readonly<Record<Wish, readonly (readonly [typeof ann, 'approve' | 'decline' | 'edit'])[]>> = {
  ...{ allow: [], counted: [], deny: [], nothing: [] },
  approve: [[ann, 'approve']],
  preview: [[bob, 'approve']],
  two: [
    [ann, 'approve'],
    [bob, 'approve'],
  ],
  decline: [[bob, 'decline']],
  either: [
    [ann, 'approve'],
    [bob, 'decline'],
  ],
  edit: [[ann, 'edit']],
  'edit-or-approve': [
    [ann, 'edit'],
    [bob, 'approve'],
  ],
  standing: [[bob, 'approve']],
};

async function answer({ question }: StoredQuestion): Promise<void> {
  const { id, sealed } = question;
  const { wants, name } = wantedIn(sealed.action.args);
  const say = async ([person, kind]: (typeof said)[Wish][number]) => {
    const reason = kind === 'decline' ? `not ${name}` : '';
    const args = kind === 'edit' ? { ...sealed.action.args, wants: 'approve', name: `${name}-edited` } : null;
    const scope = wants === 'standing' ? scopeOf(numberOf(id)) : once;
    const replied = await desk.answer(id, { kind, digest: sealed.digest, reason, scope, pattern: 0, args }, person);
    if (replied.kind === 'counted')
      promise({ kind: 'answer', id, person: person.id, answer: kind, reason, state: replied.state });
  };
  await Promise.all(said[wants].map(say));
}

const once: AnswerScope = { kind: 'once' };
const scopeOf = (number: number): AnswerScope =>
  [
    { kind: 'session' } as const,
    { kind: 'uses', max: 3 } as const,
    { kind: 'until', at: systemClock.now() + 2_000 } as const,
  ][number % 3] ?? once;

async function interfere(): Promise<void> {
  if (random() < 0.02) {
    const [one] = (await desk.standing(20)).filter(({ state }) => state === 'open');
    const revoked = one === undefined ? null : await desk.revokeStanding(one.id, ann);
    if (one !== undefined && revoked?.kind === 'counted') promise({ kind: 'revoked', standing: one.id });
  }
  if (orders.lanes > 0 && random() < 0.01 && (await halts.halt('other', 'ann', 'the harness says so')))
    promise({ kind: 'halt', agent: 'other', isOn: true });
  else if (random() < 0.2 && (await halts.list()).length > 0 && (await halts.resume('other', 'ann', {})))
    promise({ kind: 'halt', agent: 'other', isOn: false });
}

tellReady();
for (;;) {
  const open = await desk.list(['pending'], 50);
  // Some take their time.
  await Promise.all(open.filter(({ question }) => numberOf(question.id) % 3 > 0 || random() < 0.2).map(answer));
  await interfere();
  await pause(between(random, 2, 30));
}
