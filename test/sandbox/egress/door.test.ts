import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { createEgress, planEgress } from '../../../src/sandbox/egress/egress.ts';
import { get, httpPeer, httpsPeer, openTestDoor, readAll, readHead, tcpPeer, tlsOver } from './harness.ts';

test('without a grant nothing is resolved and nothing is dialled', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({});
  const place = `some.test:${peer.port}`;
  expect(await door.say(get(`http://${place}/`, place))).toMatch(/^HTTP\/1.1 403 .*not granted to this call/);
  expect((await door.tunnel(place)).head).toMatch(/^HTTP\/1.1 403 .*not granted to this call/);
  expect([door.resolved, peer.seen]).toEqual([[], []]);
});

test('a connection that names no listener of the call is closed', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  for (const listener of ['', '127.84.9.9:80', `127.0.0.1:${peer.port}`, 'x'.repeat(10_000)])
    expect(await door.say(get('/', `a.test:${peer.port}`), listener), listener.slice(0, 20)).toBe('');
  expect(peer.seen).toEqual([]);
});

test('a granted host is reached through the proxy, and the facts say what passed', async () => {
  await using peer = await httpPeer();
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  const place = `a.test:${peer.port}`;
  const answer = await door.say(get(`http://${place}/path?q=1`, place));
  expect(answer).toMatch(/^HTTP\/1.1 200 OK[\s\S]*hello$/);
  expect(peer.seen).toEqual([`GET /path?q=1 ${place}`]);
  expect(await door.facts()).toMatchObject({
    connections: 1,
    failed: 0,
    bytesIn: 5,
    list: [
      { host: 'a.test', port: peer.port, method: 'GET', path: '/path', address: '127.0.0.1', status: 200, bytesIn: 5 },
    ],
  });
});

test('a body goes through whole, and the answer too', async () => {
  await using peer = await httpPeer((request, response) => request.pipe(response));
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  const place = `a.test:${peer.port}`;
  const body = 'x'.repeat(300_000);
  const head = `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nConnection: close\r\n`;
  const counted = await door.say(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  expect(counted).toMatch(/^HTTP\/1.1 200/);
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  expect(await door.say(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`)).toMatch(/^HTTP\/1.1 200/);
  const facts = await door.facts();
  expect(facts).toMatchObject({ bytesIn: 600_000, bytesOut: 600_000 });
});

test('a client that waits to be told to go on is told, and an answer before the end of a body comes through', async () => {
  await using peer = await httpPeer((request, response) => {
    if (request.url === '/early') response.writeHead(413, { connection: 'close' }).end('too much');
    else request.pipe(response);
  });
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  const head = (path: string, length: number) =>
    `POST http://${place}${path} HTTP/1.1\r\nHost: ${place}\r\nConnection: close\r\nContent-Length: ${length}\r\n`;
  const polite = door.dial();
  polite.write(`${head('/', 4)}Expect: 100-continue\r\n\r\n`);
  expect(await readHead(polite)).toBe('HTTP/1.1 100 Continue');
  polite.write('body');
  expect(await readAll(polite)).toMatch(/^HTTP\/1.1 200[\s\S]*body/);
  expect(await door.say(`${head('/early', 1_000_000)}\r\nthe beginning`)).toMatch(/^HTTP\/1.1 413[\s\S]*too much/);
});

test('a URL grant opens its method and its path, of plain HTTP by name and by listener', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [`GET http://${place}/api/*`] });
  const listener = door.direct('a.test', peer.port);
  expect(await door.say(get(`http://${place}/api/x`, place))).toMatch(/^HTTP\/1.1 200/);
  expect(await door.say(get('/api/x', place), listener)).toMatch(/^HTTP\/1.1 200/);
  for (const path of ['/other', '/api/..%2fother', '/api/../other']) {
    expect(await door.say(get(`http://${place}${path}`, place)), path).toMatch(/^HTTP\/1.1 403/);
    expect(await door.say(get(path, place), listener), path).toMatch(/^HTTP\/1.1 403/);
  }
  expect(await door.say(get(`http://${place}/api/x`, place).replace('GET', 'DELETE'))).toMatch(/^HTTP\/1.1 403/);
  expect((await door.tunnel(place)).head).toMatch(/^HTTP\/1.1 403/);
  expect(peer.seen).toHaveLength(2);
});

test('a tunnel passes TLS to the granted host untouched', async () => {
  await using peer = await httpsPeer('a.test');
  const place = `a.test:${peer.port}`;
  for (const grant of [place, `GET https://${place}/*`]) {
    await using door = await openTestDoor({ connect: [grant] });
    const { head, socket } = await door.tunnel(place);
    expect(head).toBe('HTTP/1.1 200 Connection established');
    const tls = await tlsOver(socket, 'a.test');
    tls.write(get('/x', 'a.test'));
    expect(await readAll(tls)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*hello$/);
    const facts = await door.facts();
    expect(facts.list).toMatchObject([
      { host: 'a.test', method: 'CONNECT', path: '', address: '127.0.0.1', because: '' },
    ]);
    expect(facts.bytesIn).toBeGreaterThan(100);
  }
  expect(peer.seen).toHaveLength(2);
});

test('a listener stands for its host: any protocol, also one in which the server speaks first', async () => {
  await using peer = await tcpPeer((socket) => {
    socket.write('220 hello\r\n');
    socket.on('end', () => socket.end('bye'));
  });
  await using door = await openTestDoor({ connect: [`mail.test:${peer.port}`] });
  const socket = door.dial(door.direct('mail.test', peer.port));
  const first = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
  expect(first).toBe('220 hello\r\n');
  const rest = readAll(socket);
  socket.end('QUIT\r\n');
  expect(await rest).toBe('bye');
  expect(peer.seen.join('')).toBe('QUIT\r\n');
});

test('a server that pours while nobody reads is not read for ever', async () => {
  let poured = 0;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  await using peer = await tcpPeer((socket) => {
    const pour = () => {
      while (!socket.destroyed && poured < 200_000_000 && socket.write(Buffer.alloc(65_536))) poured += 65_536;
    };
    socket.on('drain', pour).once('close', resolve);
    pour();
  });
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`], limits: { idleMs: 500 } });
  const deaf = door.dial(door.direct('a.test', peer.port));
  await over;
  deaf.destroy();
  expect(poured).toBeLessThan(50_000_000);
});

test('bytes, connections and silence are bounded', async () => {
  await using peer = await tcpPeer((socket) => socket.on('data', () => socket.write(Buffer.alloc(100_000))));
  const connect = [`a.test:${peer.port}`];
  const limits = { bytesIn: 50_000, bytesOut: 1_000, connectionsAtOnce: 2, connections: 4, idleMs: 300 };
  await using door = await openTestDoor({ connect, limits });
  const listener = door.direct('a.test', peer.port);
  expect((await door.say('give', listener)).length).toBeLessThan(50_001);
  expect(await door.say('x'.repeat(5_000), listener)).toBe('');
  const quiet = door.dial(listener);
  expect(await readAll(quiet)).toBe('');
  const facts = await door.facts();
  const reasons = facts.list.map(({ because }) => because);
  expect(reasons).toContain('the call has moved as many bytes as it may');
  expect(reasons).toContain('nothing moved for 300 ms');
});

test('more connections than a call may have are refused', async () => {
  await using peer = await tcpPeer(() => undefined);
  const connect = [`a.test:${peer.port}`];
  await using door = await openTestDoor({ connect, limits: { connectionsAtOnce: 2 } });
  const listener = door.direct('a.test', peer.port);
  const open = [door.dial(listener), door.dial(listener)];
  await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect(await door.say('x', listener)).toBe('');
  const facts = await door.facts();
  expect(facts.list.map(({ because }) => because)).toContain('more than 2 connections at once');
});

test('a connection that says nothing does not keep the door open', async () => {
  await using door = await openTestDoor({ connect: ['a.test:80'] });
  const ends = [door.dial(), door.dial(door.direct('a.test', 80))].map(readAll);
  const tunnel = (await door.tunnel('b.test:80')).head;
  expect(tunnel).toMatch(/^HTTP\/1.1 403/);
  await door.facts();
  expect(await Promise.all(ends)).toEqual(['', '']);
});

test('a call that connects again and again comes to an end of it', async () => {
  await using peer = await tcpPeer((socket) => socket.end('x'));
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`], limits: { connections: 3 } });
  const listener = door.direct('a.test', peer.port);
  const answers: string[] = [];
  for (let round = 0; round < 5; round += 1) answers.push(await door.say('x', listener));
  expect(answers).toEqual(['x', 'x', 'x', '', '']);
});

test('when the call is over the door is gone, and whatever went on behind it', async () => {
  await using peer = await tcpPeer(() => undefined);
  await using door = await openTestDoor({ connect: [`a.test:${peer.port}`] });
  const socket = door.dial(door.direct('a.test', peer.port));
  const end = readAll(socket);
  socket.write('x');
  await new Promise((resolve) => socket.once('connect', resolve));
  await door.facts();
  expect(await end).toBe('');
  expect(readdirSync(door.directory)).toEqual([]);
  expect(await door.say('x', door.direct('a.test', peer.port))).toBe('');
});

test('an exchange that the end of its call cuts off is told as that', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using peer = await httpPeer(() => resolve());
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  door.dial().write(get(`http://${place}/slow`, place));
  await asked;
  expect((await door.facts()).list).toMatchObject([
    { path: '/slow', address: '127.0.0.1', status: 0, because: expect.stringMatching(/the call is over/) },
  ]);
});

test('facts stay small, whatever is asked for', async () => {
  await using door = await openTestDoor({ connect: ['a.test:80'], limits: { listed: 2 } });
  const path = `/${'x'.repeat(20_000)}`;
  for (let round = 0; round < 3; round += 1) await door.say(get(`http://b.test${path}?token=y`, 'b.test'));
  const facts = await door.facts();
  expect(facts).toMatchObject({ connections: 3, failed: 3 });
  expect(facts.list).toHaveLength(2);
  expect(JSON.stringify(facts).length).toBeLessThan(4_000);
  expect(JSON.stringify(facts)).not.toContain('token');
});

test('a host that does not answer, or does not resolve, is told as that', async () => {
  const peer = await httpPeer();
  await peer[Symbol.asyncDispose]();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place, 'nowhere.test'], names: { 'nowhere.test': [] } });
  expect(await door.say(get(`http://${place}/`, place))).toMatch(/^HTTP\/1.1 502 .*ECONNREFUSED/);
  expect((await door.tunnel('nowhere.test:443')).head).toMatch(/^HTTP\/1.1 502 .*could not resolve/);
});

test('a door whose secret is not to be had is not opened', async () => {
  const inject = [{ secret: 'k', host: 'a.test', port: 443, header: 'x', template: '{secret}', variable: '' }];
  await expect(openTestDoor({ connect: ['a.test'], inject })).rejects.toThrow(/there is no secret `k`/);
  await expect(openTestDoor({ connect: ['a.test'], inject, secrets: { k: 'abcdefgh\r\nb' } })).rejects.toThrow(
    /cannot carry/,
  );
  await expect(openTestDoor({ connect: ['a.test'], inject, secrets: { k: 'short' } })).rejects.toThrow(/too short/);
  await expect(
    openTestDoor({ connect: ['a.test'], inject: [...inject, ...inject], secrets: { k: 'abcdefgh' } }),
  ).rejects.toThrow(/two rules add/);
});

test('the authority is made and shown only where a secret is added', async () => {
  await using without = await openTestDoor({ connect: ['a.test'] });
  expect(readdirSync(without.directory)).toEqual(['egress.sock']);
  const inject = [{ secret: 'k', host: 'a.test', port: 443, header: 'x', template: '{secret}', variable: '' }];
  await using door = await openTestDoor({ connect: ['a.test'], inject, secrets: { k: 'abcdefgh' } });
  expect(readdirSync(door.directory).sort()).toEqual(['ca.pem', 'egress.sock']);
  expect(readFileSync(`${door.directory}/ca.pem`, 'utf8')).not.toContain('PRIVATE');
});

test('a place for the door that is taken is refused', async () => {
  await using door = await openTestDoor({ connect: ['a.test'] });
  const egress = createEgress({ clock: systemClock, secrets: { reveal: async () => '' } });
  await expect(egress.prepare(planEgress(noGrants), door.directory)).rejects.toThrow(/EEXIST/);
});

test('where a rule closes a method or a path, plain HTTP is read, and a tunnel is not opened', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], exceptConnect: [`POST http://${place}/admin/*`] });
  const listener = door.direct('a.test', peer.port);
  const post = get('/admin/x', place, 'Content-Length: 0\r\n').replace('GET', 'POST');
  expect(await door.say(get('/admin/x', place), listener)).toMatch(/^HTTP\/1.1 200/);
  expect(await door.say(post, listener)).toMatch(/^HTTP\/1.1 403 .*closed by the rule/);
  expect((await door.tunnel(place)).head).toMatch(/^HTTP\/1.1 403/);
  expect(peer.seen).toHaveLength(1);
});
