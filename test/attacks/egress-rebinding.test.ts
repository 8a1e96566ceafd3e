// Names that resolve to a harmless address when they are judged and to another when they are dialled, and names that always
// lead where no rule lets a call go.

import { expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { compileConnectAccess, tunnelTo } from '../../src/sandbox/connect-access.ts';
import { judgedAddresses } from '../../src/sandbox/egress/judged-addresses.ts';
import { get, httpPeer, openTestDoor } from '../sandbox/egress/harness.ts';

const signal = new AbortController().signal;

test('a public name that leads to a private or metadata address is not dialled, also if only one of several does', async () => {
  const access = compileConnectAccess({ ...noGrants, connect: ['evil.test', '*.evil.test', '*'] });
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
    '0.0.0.0',
    '100.64.0.1',
    '168.63.129.16',
    'fe80::1',
    'nonsense',
    '',
  ]) {
    for (const addresses of [[address], ['93.184.216.34', address]]) {
      const judged = await judgedAddresses(tunnelTo('evil.test', 443), access, async () => addresses, signal);
      expect(judged.kind, addresses.join()).toBe('refused');
    }
  }
});

test('a name is resolved once, and what was judged is what is dialled', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({ connect: [`rebind.test:${peer.port}`] });
  const place = `rebind.test:${peer.port}`;
  expect(await door.say(get(`http://${place}/`, place))).toMatch(/^HTTP\/1.1 200/);
  expect(door.resolved).toEqual(['rebind.test']);
  expect((await door.facts()).list).toMatchObject([{ address: '127.0.0.1' }]);
});

test('a range that a rule denies is closed under every name, through proxy, tunnel and listener', async () => {
  await using peer = await httpPeer();
  const place = `inner.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], exceptConnect: ['127.0.0.0/8'] });
  expect(await door.say(get(`http://${place}/`, place))).toMatch(
    /^HTTP\/1.1 403 .*closed by the rule for `127.0.0.0\/8`/,
  );
  expect((await door.tunnel(place)).head).toMatch(/^HTTP\/1.1 403 .*closed by the rule/);
  expect(await door.say(get('/', place), door.direct('inner.test', peer.port))).toBe('');
  expect(peer.seen).toEqual([]);
});

test('a redirect is a new request, judged like the first', async () => {
  await using peer = await httpPeer((_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  );
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  const answer = await door.say(get(`http://${place}/`, place));
  expect(answer).toMatch(/location: http:\/\/169.254.169.254\/latest\//);
  expect(await door.say(get('http://169.254.169.254/latest/', '169.254.169.254'))).toMatch(/^HTTP\/1.1 403/);
  expect(peer.seen).toHaveLength(1);
});
