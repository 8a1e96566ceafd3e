import { expect, test } from 'vitest';
import { whyNotListen } from '../../src/gateway/bind.ts';
import { createClientAddress } from '../../src/gateway/client-address.ts';
import { judgeEntry } from '../../src/gateway/doors.ts';
import { createLockout, defaultLockoutLimits, sourceOf } from '../../src/gateway/lockout.ts';

const doors = {
  host: '127.0.0.1',
  allowedHosts: ['port.example'],
  allowedOrigins: ['https://console.example'],
};
const enter = (headers: Record<string, string>, raw: readonly string[] = []) => {
  const entry = judgeEntry(headers, raw, doors);
  return entry.kind === 'shut' ? entry.status : entry.kind;
};

test('a name that is not ours is misdirected, however it is dressed up', () => {
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.1', 'localhost@evil', ''])
    expect(enter({ host }), host).toBe(421);
  expect(enter({})).toBe(421);
  expect(enter({ host: 'localhost.' })).toBe(421);
});

test('a page that is not ours gets nothing, and `null` is nobody', () => {
  const host = 'localhost:18789';
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:3000',
    'http://127.0.0.1:18789',
    '',
    'file://',
  ])
    expect(enter({ host, origin }), origin).toBe(403);
});

test('a doubled Host or Origin is refused: two readers would disagree', () => {
  expect(enter({ host: 'localhost' }, ['Host', 'localhost', 'host', 'evil.example'])).toBe(400);
});

test('programs on this machine, our own pages and the names of the configuration come in', () => {
  for (const host of ['localhost:18789', '127.0.0.1:9999', '[::1]:18789', 'LOCALHOST', 'port.example'])
    expect(enter({ host }), host).toBe('open');
  expect(enter({ host: 'localhost:18789', origin: 'http://localhost:18789' })).toBe('open');
  expect(enter({ host: 'port.example', origin: 'https://port.example' })).toBe('open');
  expect(enter({ host: 'localhost:18789', origin: 'https://console.example' })).toBe('open');
});

test('nothing listens without a secret, and nothing beyond loopback without a long token', () => {
  const nothing = { token: null, password: null };
  const long = 'x'.repeat(32);
  expect(whyNotListen({ host: '127.0.0.1', port: 1 }, nothing)).toMatch(/neither a token nor a password/);
  expect(whyNotListen({ host: '127.0.0.1', port: 1 }, { token: 'short', password: null })).toMatch(/fewer than/);
  expect(whyNotListen({ host: '127.0.0.1', port: 1 }, { token: 'short', password: long })).toMatch(/fewer than/);
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.test']) {
    expect(whyNotListen({ host, port: 18_789 }, { token: null, password: long })).toMatch(
      /ssh -N -L 18789.*Tailscale.*TLS/,
    );
    expect(whyNotListen({ host, port: 1 }, { token: long, password: null })).toBe('');
  }
  expect(whyNotListen({ host: '127.0.0.1', port: 70_000 }, { token: long, password: null })).toMatch(/not a port/);
  expect(whyNotListen({ host: '::1', port: 1 }, { token: null, password: long })).toBe('');
});

test('a stranger cannot name its own address; a trusted proxy can name that of others', () => {
  const addressOf = createClientAddress(['10.0.0.1']);
  expect(addressOf('192.0.2.7', '127.0.0.1')).toBe('192.0.2.7');
  expect(addressOf('10.0.0.1', '127.0.0.1, 192.0.2.7')).toBe('192.0.2.7');
  expect(addressOf('::ffff:10.0.0.1', '192.0.2.8, 10.0.0.1')).toBe('192.0.2.8');
  expect(addressOf('10.0.0.1', 'nonsense')).toBe('10.0.0.1');
  expect(() => createClientAddress(['proxy.example'])).toThrow(/name its IP address/);
});

test('whoever guesses is locked out for a while, from loopback as from elsewhere', () => {
  let now = 0;
  const lockout = createLockout({ monotonic: () => now }, { ...defaultLockoutLimits, failuresMax: 3 });
  const source = sourceOf('127.0.0.1', true);
  for (let tries = 0; tries < 3; tries += 1) lockout.failed(source);
  expect(lockout.lockedMs(source)).toBe(300_000);
  // The owner's own commands are another source.
  expect(lockout.lockedMs(sourceOf('127.0.0.1', false))).toBe(0);
  now = 300_000;
  expect(lockout.lockedMs(source)).toBe(0);
});

test('an IPv6 host is one source with its whole prefix, and the table of sources has an end', () => {
  expect(sourceOf('2001:db8:1:2:3:4:5:6', false)).toBe(sourceOf('2001:db8:1:2::9', false));
  expect(sourceOf('2001:db8:1:3::9', false)).not.toBe(sourceOf('2001:db8:1:2::9', false));
  const lockout = createLockout({ monotonic: () => 0 }, { ...defaultLockoutLimits, failuresMax: 1, sourcesMax: 2 });
  for (const source of ['a', 'b', 'c']) lockout.failed(source);
  expect(['a', 'b', 'c'].map((source) => lockout.lockedMs(source) > 0)).toEqual([false, true, true]);
});
