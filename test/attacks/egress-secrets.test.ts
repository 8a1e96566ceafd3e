// Ways to get hold of a secret that the proxy adds: have it said again, sent elsewhere, sent in the clear, or sent to who
// only claims to be its host.

import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Injection } from '../../src/kernel/types.ts';
import { get, httpPeer, httpsPeer, openTestDoor, readAll, type TestDoor, tlsOver } from '../sandbox/egress/harness.ts';

const value = 'ghp_very+secret/value&"0123456789';
const secrets = { token: value };
const injection = (host: string, port: number, template = 'Bearer {secret}'): Injection => ({
  secret: 'token',
  host,
  port,
  header: 'authorization',
  template,
  variable: 'TOKEN',
});

/** One request inside an intercepted tunnel; the sandbox trusts the bundle it was given. */
async function ask(
  door: TestDoor,
  place: string,
  text: string,
  servername = place.replace(/:.*/, ''),
): Promise<string> {
  const { socket } = await door.tunnel(place);
  const tls = await tlsOver(socket, servername, readFileSync(join(door.directory, 'ca.pem'), 'utf8'));
  tls.write(text);
  return readAll(tls);
}

test('a secret is added to requests to its host, in place of what the sandbox put there', async () => {
  await using peer = await httpsPeer('api.test');
  const place = `api.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], inject: [injection('api.test', peer.port)], secrets });
  const text = get(
    '/x',
    place,
    'Authorization: Bearer placeholder\r\nAUTHORIZATION: other\r\nAccept-Encoding: gzip\r\n',
  );
  expect(await ask(door, place, text)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*hello/);
  expect(peer.headers).toMatchObject([{ authorization: `Bearer ${value}`, 'accept-encoding': 'identity' }]);
  const facts = await door.facts();
  expect(facts.list).toMatchObject([{ host: 'api.test', method: 'GET', path: '/x', status: 200 }]);
  expect(JSON.stringify(facts)).not.toContain('ghp_');
});

test('a listener adds it as well, and basic authentication is one of its forms', async () => {
  await using peer = await httpsPeer('git.test');
  const place = `git.test:${peer.port}`;
  const inject = [injection('git.test', peer.port, 'Basic {basic:x-access-token}')];
  await using door = await openTestDoor({ connect: [place], inject, secrets });
  const bundle = readFileSync(join(door.directory, 'ca.pem'), 'utf8');
  const tls = await tlsOver(door.dial(door.direct('git.test', peer.port)), 'git.test', bundle);
  tls.write(get('/', place));
  expect(await readAll(tls)).toMatch(/hello/);
  const basic = Buffer.from(`x-access-token:${value}`).toString('base64');
  expect(peer.headers).toMatchObject([{ authorization: `Basic ${basic}` }]);
});

test('a host that says the secret again, in whatever spelling, says stars', async () => {
  const spellings = (text: string) => [
    text,
    Buffer.from(text).toString('base64'),
    Buffer.from(`x:${text}`).toString('base64'),
    Buffer.from(`ab${text}`).toString('base64url'),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
    JSON.stringify(text),
  ];
  const echo: RequestListener = (request, response) => {
    const said = spellings(request.headers.authorization ?? '').join('\n');
    response.writeHead(200, {
      'x-echo': request.headers.authorization ?? '',
      'content-length': Buffer.byteLength(said),
    });
    for (const character of said) response.write(character);
    response.end();
  };
  await using peer = await httpsPeer('api.test', echo);
  const place = `api.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], inject: [injection('api.test', peer.port)], secrets });
  const answer = await ask(door, place, get('/', place));
  expect(answer).toMatch(/^HTTP\/1.1 200/);
  expect(answer).toMatch(/x-echo: Bearer \*+/);
  for (const part of ['ghp_', 'very', 'secret/value', '0123456789', Buffer.from('very+secret').toString('hex')])
    expect(answer.toLowerCase(), part).not.toContain(part.toLowerCase());
  expect(answer).not.toContain(Buffer.from(value).toString('base64').slice(4, 24));
});

test('a secret in a packed answer is found, and one that cannot be unpacked is refused', async () => {
  const packing =
    (name: string): RequestListener =>
    (request, response) => {
      const body = gzipSync(`you said ${request.headers.authorization}`);
      response.writeHead(200, { 'content-encoding': name, 'content-length': body.length }).end(body);
    };
  for (const [name, expected] of [
    ['gzip', /^HTTP\/1.1 200[\s\S]*you said Bearer \*+/],
    ['zstd', /^HTTP\/1.1 502/],
    ['gzip, gzip', /^HTTP\/1.1 502/],
  ] as const) {
    await using peer = await httpsPeer('api.test', packing(name));
    const place = `api.test:${peer.port}`;
    await using door = await openTestDoor({ connect: [place], inject: [injection('api.test', peer.port)], secrets });
    expect(await ask(door, place, get('/', place)), name).toMatch(expected);
  }
});

test('no other host, no other port and no plain HTTP gets a secret', async () => {
  await using peer = await httpPeer();
  const { port } = peer;
  const connect = [`api.test:${port}`, `other.test:${port}`];
  await using door = await openTestDoor({ connect, inject: [injection('api.test', port)], secrets });
  for (const place of connect) expect(await door.say(get(`http://${place}/`, place))).toMatch(/^HTTP\/1.1 200/);
  expect(peer.headers.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  await using tls = await httpsPeer('other.test');
  const place = `other.test:${tls.port}`;
  await using two = await openTestDoor({ connect: [place], inject: [injection('api.test', tls.port)], secrets });
  const client = await tlsOver((await two.tunnel(place)).socket, 'other.test');
  client.write(get('/', place));
  expect(await readAll(client)).toMatch(/hello/);
  expect(tls.headers).toMatchObject([{ host: place }]);
  expect(tls.headers[0]).not.toHaveProperty('authorization');
});

test('a server that cannot prove to be the host gets nothing', async () => {
  await using peer = await httpsPeer('evil.test');
  const place = `api.test:${peer.port}`;
  await using door = await openTestDoor({ connect: [place], inject: [injection('api.test', peer.port)], secrets });
  expect(await ask(door, place, get('/', place))).toMatch(
    /^HTTP\/1.1 502 .*could not trust .*ERR_TLS_CERT_ALTNAME_INVALID/,
  );
  expect(peer.headers).toEqual([]);
});

test('inside the tunnel another host can neither be asked for nor named', async () => {
  await using peer = await httpsPeer('api.test');
  const place = `api.test:${peer.port}`;
  const connect = [place, `evil.test:${peer.port}`];
  await using door = await openTestDoor({ connect, inject: [injection('api.test', peer.port)], secrets });
  await expect(ask(door, place, get('/', place), 'evil.test')).rejects.toThrow();
  const careless = connectTls({
    socket: (await door.tunnel(place)).socket,
    servername: 'evil.test',
    rejectUnauthorized: false,
  });
  const greeted = await new Promise((resolve) => {
    careless.once('secureConnect', () => resolve('greeted'));
    careless.once('error', () => resolve('refused'));
  });
  expect(greeted).toBe('refused');
  expect(await ask(door, place, get('/', `evil.test:${peer.port}`))).toMatch(/^HTTP\/1.1 400/);
  expect(await ask(door, place, get(`https://evil.test:${peer.port}/`, place))).toMatch(/^HTTP\/1.1 400/);
  expect(await ask(door, place, get(`http://${place}/`, place))).toMatch(/^HTTP\/1.1 400/);
  expect(await ask(door, place, get('/', place).replace('GET', 'TRACE'))).toMatch(/^HTTP\/1.1 400/);
  expect(peer.headers).toEqual([]);
});

test('methods and paths count inside the tunnel, and an injection grants no connection', async () => {
  await using peer = await httpsPeer('api.test');
  const place = `api.test:${peer.port}`;
  const inject = [injection('api.test', peer.port)];
  await using door = await openTestDoor({ connect: [`GET https://${place}/repos/*`], inject, secrets });
  expect(await ask(door, place, get('/repos/x', place))).toMatch(/^HTTP\/1.1 200/);
  expect(await ask(door, place, get('/user', place))).toMatch(/^HTTP\/1.1 403/);
  expect(await ask(door, place, get('/repos/x', place).replace('GET', 'DELETE'))).toMatch(/^HTTP\/1.1 403/);
  await using without = await openTestDoor({ connect: ['a.test'], inject, secrets });
  expect(await ask(without, place, get('/repos/x', place))).toMatch(/^HTTP\/1.1 403/);
  expect(peer.headers).toHaveLength(1);
});
