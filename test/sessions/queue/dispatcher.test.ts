import { expect, test } from 'vitest';
import { createDispatcher } from '../../../src/sessions/queue/dispatcher.ts';
import { createLine } from '../../../src/sessions/queue/line.ts';
import type { InboundMessage, Origin } from '../../../src/sessions/queue/message.ts';
import { defaultQueueLimits, defaultQueueSettings, settingsIn } from '../../../src/sessions/queue/settings.ts';
import type { DispatcherOptions, Turn } from '../../../src/sessions/queue/turn.ts';
import { type Disk, memoryInbox } from '../../fixtures/memory-inbox.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';

const alice: Origin = {
  ...{ sender: 'alice', roles: ['oncall'], requestedBy: 'agent:main', channel: 'chat', trigger: 'message', labels: [] },
};
const bob: Origin = { ...alice, sender: 'bob', roles: [] };
const messageOf = (text: string, changes: Partial<InboundMessage> = {}): InboundMessage => ({
  ...{ session: 's', agent: 'main', key: '', text, origin: alice, ...changes },
});

/** A dispatcher whose runs take `runMs` and write what they have to. */
async function dispatcherWith(replace: Partial<DispatcherOptions> = {}, runMs = 100) {
  const clock = new VirtualClock(1_000);
  const disk: Disk = { rows: [], records: [], committed: () => {} };
  const inbox = memoryInbox(
    disk,
    async () => {},
    () => 'fine',
  );
  const turns: { readonly turn: Turn; readonly at: number }[] = [];
  let ids = 0;
  const dispatcher = await createDispatcher({
    ...{ inbox, clock, limits: defaultQueueLimits, settings: () => defaultQueueSettings },
    run: async (turn, { bind, signal }) => {
      turns.push({ turn, at: clock.now() - 1_000 });
      const ledger = bind({ append: async () => ({ seq: 0, hash: '' }) });
      await ledger.append({ type: 'run-started', body: { run: turn.run } });
      await clock.sleep(runMs, signal);
      const phase = signal.aborted ? 'aborted' : 'end';
      await ledger.append({ type: 'run-ended', body: { run: turn.run, phase, because: '' } });
      return { because: '' };
    },
    resume: async () => ({ because: '' }),
    fate: async () => ({ kind: 'never-began' }),
    newId: () => {
      ids += 1;
      return `m${ids}`;
    },
    ended: () => {},
    trouble: () => {},
    ...replace,
  });
  const rest = async () => {
    while (dispatcher.load().messages > 0) await clock.sleep(10, new AbortController().signal);
  };
  return { clock, disk, turns, dispatcher, rest };
}

test.each<[string, Partial<InboundMessage>, RegExp]>([
  ['is empty', { text: ' \n' }, /is empty/],
  ['is too long', { text: 'x'.repeat(defaultQueueLimits.messageCharacters + 1) }, /are allowed: send a file/],
  ['is half a character', { text: '\ud800' }, /not well-formed/],
  ['has an endless key', { key: 'k'.repeat(513) }, /use a shorter one/],
])('a message that %s is refused, and nothing of it is kept', async (_, changes, because) => {
  const { dispatcher, disk } = await dispatcherWith();
  const refused = await dispatcher.accept(messageOf('hello', changes));
  expect(refused).toMatchObject({ kind: 'refused', because: expect.stringMatching(because) });
  expect(disk.rows).toEqual([]);
  expect(dispatcher.load()).toEqual({ sessions: 0, messages: 0 });
});

test('a message that cannot be written is not acknowledged, and nobody runs it', async () => {
  const clock = new VirtualClock(0);
  const disk: Disk = { rows: [], records: [], committed: () => {} };
  const inbox = memoryInbox(
    disk,
    async () => {},
    () => (disk.rows.length === 0 ? 'fails' : 'fine'),
  );
  const { dispatcher, turns } = await dispatcherWith({ inbox, clock });
  await expect(dispatcher.accept(messageOf('hello'))).rejects.toThrow('the disk is full');
  expect(turns).toEqual([]);
  await dispatcher.close(AbortSignal.abort());
});

test('beyond the bound over all sessions nothing is accepted', async () => {
  const { dispatcher, clock, rest } = await dispatcherWith({ limits: { ...defaultQueueLimits, waiting: 1 } });
  await dispatcher.accept(messageOf('one'));
  expect(await dispatcher.accept(messageOf('two', { session: 't' }))).toMatchObject({ kind: 'refused' });
  await clock.drive(rest(), 1_000);
});

test('the same key with other words is refused, and with the same ones it is the same message', async () => {
  const { dispatcher, turns, clock, rest } = await dispatcherWith();
  const first = await dispatcher.accept(messageOf('one', { key: 'k' }));
  expect(await dispatcher.accept(messageOf('two', { key: 'k' }))).toMatchObject({ kind: 'refused' });
  expect(await dispatcher.accept(messageOf('one', { key: 'k', origin: bob }))).toMatchObject({ kind: 'refused' });
  await clock.drive(rest(), 1_000);
  const again = await dispatcher.accept(messageOf('one', { key: 'k' }));
  expect(again).toMatchObject({ kind: 'known', id: 'id' in first ? first.id : '', end: { kind: 'answered' } });
  expect(turns).toHaveLength(1);
});

test('the first message is answered at once; what comes meanwhile is one turn when nothing more came for a while', async () => {
  const { dispatcher, turns, clock, rest } = await dispatcherWith();
  for (const text of ['one', 'two', 'three']) await dispatcher.accept(messageOf(text));
  await clock.drive(rest(), 1_000);
  expect(turns.map(({ turn, at }) => [turn.text, at])).toEqual([
    ['one', 0],
    ['two\n\nthree', 1_000],
  ]);
});

test('messages of two people never share a turn: each turn has the rights of its own sender', async () => {
  const { dispatcher, turns, clock, rest } = await dispatcherWith();
  for (const origin of [alice, alice, bob, alice]) await dispatcher.accept(messageOf(origin.sender, { origin }));
  await clock.drive(rest(), 1_000);
  expect(turns.map(({ turn }) => [turn.text, turn.origin.sender])).toEqual([
    ['alice', 'alice'],
    ['alice', 'alice'],
    ['bob', 'bob'],
    ['alice', 'alice'],
  ]);
});

test('a run that cannot start is tried again, and then its messages end with the reason', async () => {
  const ends: string[] = [];
  const { dispatcher, clock, rest } = await dispatcherWith({
    run: async () => {
      throw new Error('no model is set');
    },
    ended: ({ end }) => ends.push(`${end.kind}: ${end.because}`),
  });
  await dispatcher.accept(messageOf('hello'));
  await clock.drive(rest(), 1_000);
  expect(ends).toEqual(['failed: its run could not start: no model is set']);
});

test('beyond the cap the oldest stays as a line of a summary, and hears that', async () => {
  const ends: string[] = [];
  const settings = () => ({ ...defaultQueueSettings, cap: 2 });
  const { dispatcher, turns, clock, rest } = await dispatcherWith({
    settings,
    ended: ({ end, message }) => ends.push(`${message.text} ${end.kind}`),
  });
  for (const text of ['one', 'two', 'three', 'four', 'five']) await dispatcher.accept(messageOf(text));
  await clock.drive(rest(), 1_000);
  expect(turns[1]?.turn.text).toBe(
    '[2 earlier messages gave way to later ones, which began:\n- two\n- three]\n\nfour\n\nfive',
  );
  expect(ends.slice(0, 2)).toEqual(['two summarized', 'three summarized']);
});

test('a session that never rests starves no other', async () => {
  const limits = { ...defaultQueueLimits, runs: 1 };
  const settings = () => ({ ...defaultQueueSettings, mode: 'followup' as const });
  const { dispatcher, turns, clock, rest } = await dispatcherWith({ limits, settings });
  for (let number = 0; number < 10; number += 1) await dispatcher.accept(messageOf('more', { session: 'chatty' }));
  for (const session of ['a', 'b']) await dispatcher.accept(messageOf('please', { session }));
  await clock.drive(rest(), 10_000);
  expect(turns.slice(0, 4).map(({ turn }) => turn.session)).toEqual(['chatty', 'a', 'b', 'chatty']);
});

test('whoever is not due, or whose agent has its runs, keeps the place and holds up nobody', () => {
  const line = createLine<{ agent: string; due: number }>({ runs: 3, runsPerAgent: 1 });
  const [late, busy, next] = [
    { agent: 'a', due: 5 },
    { agent: 'b', due: 0 },
    { agent: 'c', due: 0 },
  ];
  line.began({ agent: 'b', due: 0 });
  for (const one of [late, busy, next]) line.join(one);
  expect(line.next(0, ({ due }) => due)).toEqual({ one: next });
  line.leave(next);
  expect(line.next(0, ({ due }) => due)).toEqual({ one: null, at: 5 });
  line.ended({ agent: 'b', due: 0 });
  expect(line.next(0, ({ due }) => due)).toEqual({ one: busy });
  expect(line.next(5, ({ due }) => due)).toEqual({ one: late });
});

test('what is said of a session counts more than what is said of its channel', () => {
  const table = {
    channels: new Map([['chat', { mode: 'steer' as const, cap: 3 }]]),
    sessions: new Map([['s', { mode: 'followup' as const }]]),
  };
  expect(settingsIn(table, 's', 'chat')).toEqual({ ...defaultQueueSettings, mode: 'followup', cap: 3 });
  expect(settingsIn(table, 't', 'mail')).toEqual(defaultQueueSettings);
});

test('a dispatcher that closes lets turns end, refuses what comes, and holds nothing', async () => {
  const { dispatcher, clock, disk } = await dispatcherWith();
  await dispatcher.accept(messageOf('one'));
  await clock.drive(dispatcher.close(new AbortController().signal), 1_000);
  expect(disk.rows.map(({ state }) => state)).toEqual(['done']);
  expect(await dispatcher.accept(messageOf('two'))).toMatchObject({ kind: 'refused' });
  expect(dispatcher.load()).toEqual({ sessions: 0, messages: 0 });
});
