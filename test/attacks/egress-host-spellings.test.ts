// Ways to ask the proxy for a place that was not granted: this machine, its network, the metadata service or the proxy
// itself, in spellings that a careless reader takes for something else.

import { expect, test } from 'vitest';
import { get, httpPeer, openTestDoor } from '../sandbox/egress/harness.ts';

const private_ = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
  '127.0.0.1.',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  'localhost',
  'LOCALHOST.',
  'a.localhost',
  '169.254.169.254',
  '2852039166',
  '[::ffff:169.254.169.254]',
  '[fd00:ec2::254]',
  'metadata.google.internal',
  'metadata',
  '10.0.0.1',
  '192.168.1.1',
  'router.lan',
];

test('a grant of names opens no address and no local name, however it is spelled', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({ connect: ['*.com', '*.example.com', 'example.com'] });
  for (const host of private_.filter(
    (one) => !/^(127\.|0x7f|0177|2130706433|\[::ffff:(127|7f)|\[64:|\[2002:)/.test(one),
  )) {
    const place = `${host}:${peer.port}`;
    expect(await door.say(get(`http://${place}/`, place)), host).toMatch(/^HTTP\/1.1 40[03]/);
    expect((await door.tunnel(place)).head, host).toMatch(/^HTTP\/1.1 40[03]/);
  }
  expect([peer.seen, door.resolved]).toEqual([[], []]);
});

test('the proxy does not lead back to the machine, its own port or its socket', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({ connect: ['a.test'], exceptConnect: ['127.0.0.0/8', '::1'] });
  for (const place of [
    `127.0.0.1:${peer.port}`,
    '127.0.0.1:3128',
    'localhost:3128',
    '[::1]:3128',
    `a.test:${peer.port}`,
  ]) {
    expect(await door.say(get(`http://${place}/`, place)), place).toMatch(/^HTTP\/1.1 403/);
    expect((await door.tunnel(place)).head, place).toMatch(/^HTTP\/1.1 403/);
  }
  expect(peer.seen).toEqual([]);
});

test('a granted host is the same host in every spelling, and a host that only looks like it is not', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  await using door = await openTestDoor({ connect: [`example.com:${port}`] });
  for (const host of ['example.com', 'EXAMPLE.com', 'example.com.', 'ex%61mple.com'])
    expect(await door.say(get(`http://${host}:${port}/`, `example.com:${port}`)), host).toMatch(/^HTTP\/1.1 200/);
  for (const host of [
    'example.com.evil.test',
    'evil-example.com',
    'example.com%00.evil.test',
    'example.com..',
    'еxample.com',
    'xn--xample-2of.com',
  ])
    expect(await door.say(get(`http://${host}:${port}/`, `${host}:${port}`)), host).toMatch(/^HTTP\/1.1 40[03]/);
  expect(peer.seen).toEqual(Array(4).fill(`GET / example.com:${port}`));
});

test('a URL with a user name, and one that two readers split differently, is refused', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  await using door = await openTestDoor({ connect: [`a.test:${port}`] });
  for (const url of [
    `http://user@a.test:${port}/`,
    `http://user:password@a.test:${port}/`,
    `http://evil.test@a.test:${port}/`,
    `http://a.test:${port}@evil.test/`,
    `http://a.test:${port}\\@evil.test/`,
    `http:\\\\a.test:${port}/`,
    `http:/a.test:${port}/`,
    `http:///a.test:${port}/`,
    `//a.test:${port}/`,
    `https://a.test:${port}/`,
    `ftp://a.test:${port}/`,
    '/',
    '*',
    `a.test:${port}`,
  ])
    expect(await door.say(get(url, `a.test:${port}`)), url).toMatch(/^HTTP\/1.1 40[03]/);
  expect(peer.seen).toEqual([]);
});

test('what CONNECT names must be one host and one port', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  await using door = await openTestDoor({ connect: [`a.test:${port}`, `*.test:${port}`] });
  for (const place of [
    'a.test',
    `a.test:${port}/`,
    `user@a.test:${port}`,
    `a.test:0${port}`,
    'a.test:0',
    'a.test:65536',
    `*.test:${port}`,
    `*:${port}`,
    `http://a.test:${port}`,
    `a.test:${port}:80`,
    '127.0.0.0/8:80',
    '',
  ])
    expect((await door.tunnel(place)).head, place).toMatch(/^HTTP\/1.1 400/);
  expect(peer.seen).toEqual([]);
});
