import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Binding, type DmScope, type Origin, type Routing, route } from '../../src/sessions/route.ts';
import { routingProblems } from '../../src/sessions/routing-problems.ts';

const routing: Routing = {
  bindings: [],
  defaultAgent: 'main',
  mainKey: 'main',
  dmScope: 'main',
  identityLinks: new Map(),
};
const origin: Origin = {
  channel: 'discord',
  account: 'bot',
  space: 'guild',
  peer: { kind: 'channel', id: 'room' },
  topic: '',
};
const binding: Binding = { agent: 'ops', channel: 'discord', account: null, space: null, peer: null };
const direct = (id: string, more: Partial<Origin> = {}): Origin => ({
  ...origin,
  space: '',
  peer: { kind: 'direct', id },
  ...more,
});

test('a message that no binding is about goes to the default agent', () => {
  const others: readonly Binding[] = [
    { ...binding, channel: 'slack' },
    { ...binding, account: 'Bot' },
    { ...binding, space: 'guild2' },
    { ...binding, peer: { kind: 'group', id: 'room' } },
    { ...binding, peer: { kind: 'channel', id: 'ROOM' } },
    { ...binding, peer: { kind: 'channel', id: 'room' }, space: 'guild2' },
  ];
  const routed = route(origin, { ...routing, bindings: others });
  expect(routed).toEqual({ agent: 'main', session: 'agent:main:discord:channel:room', binding: null });
});

test('the most specific binding wins: peer, then guild or team, then account, then channel', () => {
  const peer = { kind: 'channel', id: 'room' } as const;
  const inOrder: readonly Binding[] = [
    { ...binding, agent: 'a1', peer, space: 'guild', account: 'bot' },
    { ...binding, agent: 'a2', peer, space: 'guild' },
    { ...binding, agent: 'a3', peer, account: 'bot' },
    { ...binding, agent: 'a4', peer },
    { ...binding, agent: 'a5', space: 'guild', account: 'bot' },
    { ...binding, agent: 'a6', space: 'guild' },
    { ...binding, agent: 'a7', account: 'bot' },
    { ...binding, agent: 'a8' },
  ];
  expect(routingProblems({ ...routing, bindings: inOrder })).toEqual([]);
  for (let first = 0; first < inOrder.length; first += 1) {
    const bindings = inOrder.slice(first);
    expect(route(origin, { ...routing, bindings }).agent).toBe(`a${first + 1}`);
    expect(route(origin, { ...routing, bindings: bindings.toReversed() }).agent).toBe(`a${first + 1}`);
  }
});

const scopes: readonly (readonly [DmScope, string, string])[] = [
  ['main', 'agent:main:main', 'agent:main:main'],
  ['per-peer', 'agent:main:direct:telegram%3A12', 'agent:main:direct:~alice'],
  ['per-channel-peer', 'agent:main:telegram:direct:12', 'agent:main:telegram:direct:~alice'],
  ['per-account-channel-peer', 'agent:main:telegram:bot:direct:12', 'agent:main:telegram:bot:direct:~alice'],
];
test.each(scopes)('direct chats with dmScope %s', (dmScope, unlinked, linked) => {
  const from = direct('12', { channel: 'telegram' });
  expect(route(from, { ...routing, dmScope }).session).toBe(unlinked);
  const identityLinks = new Map([['telegram:12', 'alice']]);
  expect(route(from, { ...routing, dmScope, identityLinks }).session).toBe(linked);
});

test('one person on two channels shares a session only where the operator linked them', () => {
  const perPeer: Routing = { ...routing, dmScope: 'per-peer' };
  const [here, there] = [direct('12', { channel: 'telegram' }), direct('12', { channel: 'signal' })];
  expect(route(here, perPeer).session).not.toBe(route(there, perPeer).session);
  const identityLinks = new Map([
    ['telegram:12', 'alice'],
    ['signal:12', 'alice'],
  ]);
  expect(route(here, { ...perPeer, identityLinks }).session).toBe(route(there, { ...perPeer, identityLinks }).session);
  // Whoever calls themselves as a linked person is not that person.
  for (const id of ['alice', '~alice', 'telegram:12'])
    expect(route(direct(id, { channel: 'x' }), { ...perPeer, identityLinks }).session).not.toBe(
      route(here, { ...perPeer, identityLinks }).session,
    );
});

test('a thread of a group is a session of its own, and its route that of the group', () => {
  const bindings = [{ ...binding, peer: origin.peer }];
  const routed = route({ ...origin, topic: '7' }, { ...routing, bindings });
  expect(routed.session).toBe('agent:ops:discord:channel:room:topic:7');
});

test('a routing that depends on order, or names what cannot be named, is not loaded', () => {
  const wrong: readonly Partial<Routing>[] = [
    { bindings: [binding, { ...binding, agent: 'other' }] },
    { bindings: [{ ...binding, agent: '../x' }] },
    { bindings: [{ ...binding, channel: 'direct' }] },
    { bindings: [{ ...binding, space: '' }] },
    { defaultAgent: '' },
    { mainKey: '' },
    { identityLinks: new Map([['telegram:12', 'a:b']]) },
    { identityLinks: new Map([['12', 'alice']]) },
  ];
  for (const one of wrong) expect(routingProblems({ ...routing, ...one })).not.toEqual([]);
});

const id = fc.constantFrom('a', 'A', 'a:b', 'a:direct:b', '..', '/', 'b', '%3A', 'topic');
const anyOrigin: fc.Arbitrary<Origin> = fc.record({
  channel: fc.constantFrom('telegram', 'slack'),
  account: id,
  space: fc.constantFrom('', 'g'),
  peer: fc.record({ kind: fc.constantFrom('direct' as const, 'group' as const, 'channel' as const), id }),
  topic: fc.oneof(fc.constant(''), id),
});
const anyBinding: fc.Arbitrary<Binding> = fc.record({
  agent: fc.constantFrom('ops', 'dev'),
  channel: fc.constantFrom('telegram', 'slack'),
  account: fc.option(id),
  space: fc.option(fc.constant('g')),
  peer: fc.option(fc.record({ kind: fc.constantFrom('direct' as const, 'group' as const), id })),
});

test('the order of bindings never matters', () => {
  fc.assert(
    fc.property(fc.array(anyBinding, { maxLength: 8 }), anyOrigin, (bindings, from) => {
      fc.pre(routingProblems({ ...routing, bindings }).length === 0);
      const one = route(from, { ...routing, bindings });
      expect(route(from, { ...routing, bindings: bindings.toReversed() })).toEqual(one);
    }),
  );
});

test('with per-account-channel-peer two messages share a session only if nothing about them differs that names it', () => {
  const named = ({ channel, account, peer, topic }: Origin) =>
    peer.kind === 'direct' ? [channel, account, peer.kind, peer.id] : [channel, peer.kind, peer.id, topic];
  fc.assert(
    fc.property(anyOrigin, anyOrigin, (one, other) => {
      const by: Routing = { ...routing, dmScope: 'per-account-channel-peer' };
      const isSame = JSON.stringify(named(one)) === JSON.stringify(named(other));
      expect(route(one, by).session === route(other, by).session).toBe(isSame);
    }),
    { numRuns: 2_000 },
  );
});
