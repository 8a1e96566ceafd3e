// Requests that two servers would read in two ways, so that a second one hides in the first; and requests that are there to
// keep the proxy busy.

import { expect, test } from 'vitest';
import { get, httpPeer, openTestDoor, readAll } from '../sandbox/egress/harness.ts';

const smuggled = 'GET http://b.test/ HTTP/1.1\r\nHost: b.test\r\n\r\n';

test('a request whose end can be read in two ways is refused', async () => {
  await using peer = await httpPeer((request, response) => {
    request.resume().on('end', () => response.end('hello'));
  });
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], limits: { headersMs: 1_000 } });
  const post = (headers: string, body: string) =>
    door.say(`POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\n${headers}\r\n\r\n${body}`);
  const chunks = `0\r\n\r\n${smuggled}`;
  for (const [headers, body] of [
    [`Content-Length: 6\r\nTransfer-Encoding: chunked`, chunks],
    [`Transfer-Encoding: chunked\r\nContent-Length: 6`, chunks],
    ['Content-Length: 6\r\nContent-Length: 60', 'abcdef'],
    ['Content-Length: +6', 'abcdef'],
    ['Content-Length: 0x6', 'abcdef'],
    ['Content-Length: 6, 6', 'abcdef'],
    ['Content-Length : 6', 'abcdef'],
    ['Transfer-Encoding : chunked', chunks],
    ['Transfer-Encoding: xchunked', chunks],
    ['Transfer-Encoding: chunked, identity', chunks],
    ['Transfer-Encoding:\x0bchunked', chunks],
    ['X: y\r\n Transfer-Encoding: chunked', chunks],
    ['X: y\nContent-Length: 6', 'abcdef'],
    ['X\r: y', ''],
    ['X: a\0b', ''],
    ['Transfer-Encoding: chunked', `1;\n\r\nx\r\n0\r\n\r\n`],
    ['Transfer-Encoding: chunked', `-1\r\nx\r\n0\r\n\r\n`],
  ] as const) {
    const answer = await post(headers, body);
    expect(answer.match(/HTTP\/1.1 200/g), JSON.stringify(headers)).toBeNull();
  }
  expect(peer.seen.filter((line) => line.includes('b.test'))).toEqual([]);
});

test('requests one after another on a connection are judged one by one', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [`GET http://${place}/a`] });
  const one = (path: string, host = place) => `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const answer = await door.say(one('/a') + one('/a') + one('/b') + one('/a'));
  expect(answer.match(/HTTP\/1.1 [0-9]+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 403']);
  expect(peer.seen.every((line) => line === `GET /a ${place}`)).toBe(true);
});

test('a request is for what its URL says, and a `Host` that says otherwise refuses it', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  await using door = await openTestDoor({ connect: [`a.test:${port}`] });
  const url = `http://a.test:${port}/`;
  for (const host of [
    'b.test',
    `b.test:${port}`,
    'a.test',
    `a.test:${port + 1}`,
    `a.test:${port}, b.test`,
    '',
    `a.test:${port}/`,
    '*',
  ])
    expect(await door.say(get(url, host)), host).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say(get(url, `a.test:${port}`, 'Host: b.test\r\n'))).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say(`GET ${url} HTTP/1.1\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 .*no `Host`/);
  expect(await door.say(get(url, `A.test.:${port}`))).toMatch(/^HTTP\/1.1 200/);
  expect(await door.say(get('/', `b.test:${port}`), door.direct('a.test', port))).toMatch(/^HTTP\/1.1/);
  expect(peer.seen.filter((line) => !line.endsWith(`b.test:${port}`))).toEqual([`GET / a.test:${port}`]);
});

test('a listener that stands for URLs takes no `Host`, no URL and no tunnel for another', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  await using door = await openTestDoor({ connect: [`http://a.test:${port}/*`, `http://b.test:${port}/*`] });
  const listener = door.direct('a.test', port);
  expect(await door.say(get('/', `b.test:${port}`), listener)).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say(get(`http://b.test:${port}/`, `b.test:${port}`), listener)).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say(`CONNECT b.test:${port} HTTP/1.1\r\nHost: b.test:${port}\r\n\r\n`, listener)).toMatch(
    /^HTTP\/1.1 400/,
  );
  expect(peer.seen).toEqual([]);
  expect(await door.say(get('/', `a.test:${port}`), listener)).toMatch(/^HTTP\/1.1 200/);
});

test('headers of the connection stay on it, and none that counts can be named away', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  const more =
    'Proxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nTE: trailers\r\nX-Own: 1\r\nX-Kept: 2\r\n';
  const text = `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\n${more}Connection: close, X-Own, Host\r\n\r\n`;
  expect(await door.say(text)).toMatch(/^HTTP\/1.1 200/);
  expect(peer.headers).toEqual([{ host: place, 'x-kept': '2', connection: 'close' }]);
});

test('methods that repeat a request or leave HTTP are refused', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  expect(await door.say(get(`http://${place}/`, place).replace('GET', 'TRACE'))).toMatch(/^HTTP\/1.1 400 .*TRACE/);
  expect(await door.say('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say('\x16\x03\x01\x00\x05hello')).toMatch(/^HTTP\/1.1 400/);
  expect(await door.say('\x05\x01\x00')).toMatch(/^HTTP\/1.1 400/);
  expect(peer.seen).toEqual([]);
});

test('a head without end, in size or in time, is refused', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], limits: { headersMs: 500 } });
  expect(await door.say(get(`http://${place}/`, place, `X: ${'y'.repeat(100_000)}\r\n`))).toMatch(/^HTTP\/1.1 431/);
  expect(await door.say(get(`http://${place}/${'y'.repeat(100_000)}`, place))).toMatch(/^HTTP\/1.1 4/);
  expect(await door.say(`GET http://${place}/ HTTP/1.1\r\nX: `)).toMatch(/^HTTP\/1.1 408/);
  const silent = door.dial('');
  expect(await readAll(silent)).toBe('');
  expect(peer.seen).toEqual([]);
});

test('an answer that breaks the rules, or has a head without end, is told as a failure', async () => {
  const { tcpPeer } = await import('../sandbox/egress/harness.ts');
  for (const answer of [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'nonsense\r\n\r\n',
    '',
  ]) {
    await using peer = await tcpPeer((socket) => socket.once('data', () => socket.end(answer)));
    const place = `a.test:${peer.port}`;
    await using door = await openTestDoor({ connect: [place] });
    expect(await door.say(get(`http://${place}/`, place)), answer.slice(0, 60)).toMatch(/^HTTP\/1.1 502/);
  }
});

test('the length of a body cannot be named away, so that what it holds becomes no request', async () => {
  await using peer = await httpPeer((request, response) => {
    request.resume().on('end', () => response.end('hello'));
  });
  const place = `a.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place] });
  const hidden = `GET /hidden HTTP/1.1\r\nHost: ${place}\r\n\r\n`;
  for (const method of ['GET', 'POST', 'DELETE']) {
    const head = `${method} http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nContent-Length: ${hidden.length}\r\n`;
    expect(await door.say(`${head}Connection: close, content-length\r\n\r\n${hidden}`)).toMatch(/^HTTP\/1.1 200/);
  }
  expect(peer.seen).toEqual(['GET', 'POST', 'DELETE'].map((method) => `${method} / ${place}`));
});
