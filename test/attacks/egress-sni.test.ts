// A tunnel to a granted host in which TLS asks for another one: on shared addresses that other host answers.

import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { readGreeting } from '../../src/sandbox/egress/client-hello.ts';
import { get, httpsPeer, openTestDoor, peersAuthority, readAll, tcpPeer, tlsOver } from '../sandbox/egress/harness.ts';

/** The greeting that a TLS client sends for a name. */
async function greetingFor(servername: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  await using peer = await tcpPeer((socket) => socket.once('data', resolve));
  const { connect } = await import('node:tls');
  const client = connect({ port: peer.port, host: '127.0.0.1', servername, rejectUnauthorized: false });
  client.on('error', () => 'it is not answered');
  const bytes = await promise;
  client.destroy();
  return bytes;
}

/** The same greeting in records of a few bytes each. */
function inSmallRecords(greeting: Buffer, bytes: number): Buffer {
  const body = greeting.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; at += bytes) {
    const part = body.subarray(at, at + bytes);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

test('TLS for another host is refused in a tunnel and through a listener, and nothing of it arrives', async () => {
  await using peer = await httpsPeer('b.test');
  const place = `a.test:${peer.port}`;
  for (const grant of [place, `https://${place}/`]) {
    await using door = await openTestDoor({ connect: [grant, `b.test:${peer.port}`] });
    const { socket } = await door.tunnel(place);
    await expect(tlsOver(socket, 'b.test')).rejects.toThrow();
    await expect(tlsOver(door.dial(door.direct('a.test', peer.port)), 'b.test')).rejects.toThrow();
    const facts = await door.facts();
    expect(facts.list.map(({ because }) => because)).toEqual(
      Array(2).fill(expect.stringMatching(/asks for another server, `b.test`/)),
    );
  }
  expect(peer.seen).toEqual([]);
});

test('a greeting in pieces, or in many records, hides its name from nobody', async () => {
  const greeting = await greetingFor('b.test');
  expect(readGreeting(greeting)).toEqual({ kind: 'tls', name: 'b.test' });
  for (const size of [1, 7, 100])
    expect(readGreeting(inSmallRecords(greeting, size))).toEqual({ kind: 'tls', name: 'b.test' });
  for (let length = 1; length < greeting.length; length += 1)
    expect(readGreeting(greeting.subarray(0, length)).kind, String(length)).toBe('more');
  await using peer = await tcpPeer(() => undefined);
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  const socket = door.dial(door.direct('a.test', peer.port));
  for (const byte of inSmallRecords(greeting, 40)) socket.write(Buffer.from([byte]));
  expect(await readAll(socket)).toBe('');
  expect(peer.seen).toEqual([]);
});

test('a greeting that cannot be read is refused', async () => {
  const greeting = await greetingFor('a.test');
  const twice = Buffer.from(greeting);
  for (const broken of [
    Buffer.concat([Buffer.from([22, 3, 1, 0, 0]), greeting]),
    Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]),
    Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255]),
    Buffer.concat([Buffer.from([22, 3, 1, 0, 10, 1, 0, 0, 6]), Buffer.alloc(6)]),
    Buffer.concat([inSmallRecords(twice, 20).subarray(0, 25), Buffer.from([23, 3, 3, 0, 1, 0])]),
  ])
    expect(readGreeting(broken).kind, broken.subarray(0, 12).toString('hex')).toBe('broken');
  await using peer = await tcpPeer(() => undefined);
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  expect(await door.say(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]), door.direct('a.test', peer.port))).toBe('');
  expect(peer.seen).toEqual([]);
  expect((await door.facts()).list).toMatchObject([{ because: expect.stringMatching(/cannot be read/) }]);
});

test('a greeting that comes late, or after the server has spoken or ended, is read all the same', async () => {
  const greeting = await greetingFor('b.test');
  const speaks = (socket: Socket) => void socket.write('220 hello');
  const ends = (socket: Socket) => void socket.end('bye');
  for (const [speak, event] of [
    [speaks, 'data'],
    [ends, 'end'],
  ] as const) {
    await using peer = await tcpPeer(speak);
    await using door = await openTestDoor({ connect: [`a.test:${peer.port}`], limits: { headersMs: 500 } });
    const socket = door.dial(door.direct('a.test', peer.port));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await new Promise((resolve) => socket.once(event, resolve));
    socket.write(greeting.subarray(0, 20));
    socket.write(greeting.subarray(20));
    // Whose other end has ended already learns of a broken connection by writing on.
    const writing = setInterval(() => socket.write('more'), 20);
    await closed;
    clearInterval(writing);
    expect(peer.seen).toEqual([]);
  }
});

test('half a greeting is not let through, not even at the end', async () => {
  const greeting = await greetingFor('a.test');
  await using peer = await tcpPeer(() => undefined);
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`], limits: { headersMs: 200 } });
  const listener = door.direct('a.test', peer.port);
  const cut = door.dial(listener);
  const end = readAll(cut);
  cut.end(greeting.subarray(0, 50));
  expect(await end).toBe('');
  expect(await door.say(greeting.subarray(0, 50), listener)).toBe('');
  expect(peer.seen).toEqual([]);
});

test('where only https is granted nothing else gets through', async () => {
  await using peer = await tcpPeer(() => undefined);
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [`https://${place}/`], limits: { headersMs: 300 } });
  const listener = door.direct('a.test', peer.port);
  expect(await door.say('GET / HTTP/1.1\r\n\r\n', listener)).toBe('');
  expect(await door.say('SSH-2.0-x\r\n', listener)).toBe('');
  expect(await door.say('', listener)).toBe('');
  expect(peer.seen).toEqual([]);
});

test('the name in the greeting may differ in case and a dot, and be absent', async () => {
  await using peer = await httpsPeer('a.test');
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  const tls = await tlsOver((await door.tunnel(place)).socket, 'A.test');
  tls.write(get('/', 'a.test'));
  expect(await readAll(tls)).toMatch(/hello$/);
  expect(peersAuthority.certificate).toContain('CERTIFICATE');
});
