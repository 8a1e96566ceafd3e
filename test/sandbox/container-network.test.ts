import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { Grants, Outcome } from '../../src/kernel/types.ts';
import { createEgress } from '../../src/sandbox/egress/egress.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';
import { httpPeer, httpsPeer, peersAuthority, tcpPeer } from './egress/harness.ts';

const token = 'ghp_very-secret-value-0123456789';
const egress = createEgress({
  clock: systemClock,
  secrets: {
    reveal: async (name) => {
      if (name === 'token') return token;
      throw new Error(`there is no secret \`${name}\``);
    },
  },
  resolve: async () => ['127.0.0.1'],
  roots: [peersAuthority.certificate],
});
const bench = containerBench('network', { egress });
const pooled = containerBench('network-pool', { egress, pool: { perProfileMax: 1, containersMax: 2, idleMs: 60_000 } });
afterAll(() => Promise.all([bench.close(), pooled.close()]));

/** Every name is this machine in these tests, so the range that holds it is granted beside. */
const reaching = (...connect: string[]): Partial<Grants> => ({ connect: [...connect, '127.0.0.0/8'] });
const python = (program: string) => ({ argv: ['python3', '-c', program] });
const fetching = (url: string) =>
  python(`
import urllib.request, urllib.error
try:
    print(urllib.request.urlopen("${url}", timeout=10).read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.reason)
except urllib.error.URLError as error:
    print("failed", error.reason)
`);
const egressFacts = (outcome: Outcome) => outcome.facts.egress;

test('without a grant there is no proxy, no relay and no name', async () => {
  const look = 'env | grep -ci proxy; ls -d /run/sallyport*; ps -e -o comm=; cat /etc/hosts | grep -c 127.84';
  const outcome = await bench.run(look, bench.workspace());
  expect(outputOf(outcome)).not.toMatch(/sallyport-relay|egress/);
  expect(outputOf(outcome)).toMatch(/^0\n[\s\S]*0\n$/);
  expect(outcome.facts).not.toHaveProperty('egress');
});

test('a secret that is not to be had keeps the call from starting', async () => {
  const inject = [{ secret: 'other', host: 'a.test', port: 443, header: 'x', template: '{secret}', variable: '' }];
  const outcome = await bench.run('true', bench.workspace(), { ...reaching('a.test:443'), inject });
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: expect.stringMatching(/there is no secret `other`/),
    facts: { started: false },
  });
});

test('programs that know the proxy reach what is granted, and hear why they do not reach the rest', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  const workspace = bench.workspace();
  const reached = await bench.run(fetching(`http://${place}/x`), workspace, reaching(place));
  expect(outputOf(reached)).toBe('hello\n');
  expect(egressFacts(reached)).toMatchObject({ connections: 1, list: [{ host: 'a.test', path: '/x', status: 200 }] });
  const refused = await bench.run(fetching(`http://b.test:${peer.port}/`), workspace, reaching(place));
  expect(outputOf(refused)).toMatch(/^403 .*`GET http:\/\/b.test:[0-9]+\/` is not granted to this call/);
  expect(egressFacts(refused)).toMatchObject({ connections: 1, failed: 1 });
  expect(peer.seen).toEqual([`GET /x ${place}`]);
});

test('a command that failed says what the network refused, and records it', async () => {
  const ask = 'import urllib.request; urllib.request.urlopen("http://b.test/", timeout=10)';
  const outcome = await bench.run(python(ask), bench.workspace(), reaching('a.test:80'));
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: 'exited with status 1; `GET http://b.test/` is not granted to this call',
    facts: { exitStatus: 1, egress: { connections: 1, failed: 1 } },
  });
});

test('programs that know no proxy reach a granted name and port, on low ports too', async () => {
  await using peer = await tcpPeer((socket) => socket.end('220 hello\r\n'));
  const ask = `import socket; print(socket.create_connection(("mail.test", ${peer.port}), 10).recv(99))`;
  const outcome = await bench.run(python(ask), bench.workspace(), reaching(`mail.test:${peer.port}`));
  expect(outputOf(outcome)).toBe("b'220 hello\\r\\n'\n");
  const low = 'import socket; print(socket.create_connection(("low.test", 25), 10).recv(99))';
  const other = await bench.run(python(low), bench.workspace(), reaching('low.test:25'));
  expect(egressFacts(other)).toMatchObject({ connections: 1, list: [{ host: 'low.test', port: 25 }] });
});

test('nothing else is reached: no address, no name, no port of this machine, over IPv4 or IPv6', async () => {
  await using peer = await httpPeer();
  const tries = `
import socket
for place in [("127.0.0.1", ${peer.port}), ("172.17.0.1", ${peer.port}), ("93.184.216.34", 80), ("::1", ${peer.port}), ("2606:4700::1111", 80), ("169.254.169.254", 80), ("b.test", 80), ("example.com", 80), ("a.test", 81)]:
    try:
        socket.create_connection(place, 5)
        print("reached", place)
    except OSError as error:
        print("not", type(error).__name__)
`;
  const outcome = await bench.run(python(tries), bench.workspace(), reaching(`a.test:${peer.port}`));
  expect(outputOf(outcome)).not.toContain('reached');
  expect(outputOf(outcome).trim().split('\n')).toHaveLength(9);
  expect(peer.seen).toEqual([]);
});

test('whoever speaks to the socket itself meets the same door', async () => {
  await using peer = await httpPeer();
  const request = `GET http://b.test:${peer.port}/ HTTP/1.1\\r\\nHost: b.test:${peer.port}\\r\\nConnection: close\\r\\n\\r\\n`;
  const ask = `
import socket
for line in ["127.0.0.1:3128", "127.0.0.1:${peer.port}", "b.test:${peer.port}", "127.84.0.9:80"]:
    s = socket.socket(socket.AF_UNIX)
    s.connect("/run/sallyport/egress.sock")
    s.sendall((line + "\\n${request}").encode())
    print(s.recv(40))
`;
  const outcome = await bench.run(python(ask), bench.workspace(), reaching(`a.test:${peer.port}`));
  expect(outputOf(outcome)).toMatch(/^b'HTTP\/1.1 403 .*'\nb''\nb''\nb''\n$/);
  expect(peer.seen).toEqual([]);
});

test('the secret reaches its host, and the sandbox sees a placeholder', async () => {
  await using peer = await httpsPeer('api.test', (request, response) =>
    response.end(`you said ${request.headers.authorization}`),
  );
  const inject = [
    {
      secret: 'token',
      host: 'api.test',
      port: peer.port,
      header: 'authorization',
      template: 'Bearer {secret}',
      variable: 'API_TOKEN',
    },
  ];
  const ask = `
import os, urllib.request
request = urllib.request.Request("https://api.test:${peer.port}/", headers={"Authorization": "Bearer " + os.environ["API_TOKEN"]})
print(os.environ["API_TOKEN"], urllib.request.urlopen(request, timeout=10).read().decode())
`;
  const grants = { ...reaching(`GET https://api.test:${peer.port}/*`), inject };
  const outcome = await bench.run(python(ask), bench.workspace(), grants);
  expect(outputOf(outcome)).toBe(`sallyport-placeholder-for-token you said Bearer ${'*'.repeat(token.length)}\n`);
  expect(peer.headers).toMatchObject([{ authorization: `Bearer ${token}` }]);
  expect(JSON.stringify(outcome)).not.toContain('ghp_');
});

test('a command is what it was: status, signal, input, output and its own children', async () => {
  const workspace = bench.workspace();
  const grants = reaching('a.test:443');
  expect(await bench.run('exit 7', workspace, grants)).toMatchObject({ because: 'exited with status 7' });
  expect(await bench.run('kill -9 $$', workspace, grants)).toMatchObject({ facts: { exitStatus: 137 } });
  expect(outputOf(await bench.run({ command: 'cat', stdin: 'in' }, workspace, grants))).toBe('in');
  expect(await bench.run({ argv: ['no-such-program'] }, workspace, grants)).toMatchObject({
    facts: { exitStatus: 127 },
  });
  const waits = 'import os\ntry:\n  os.wait()\nexcept ChildProcessError:\n  print("none")';
  expect(outputOf(await bench.run(python(waits), workspace, grants))).toBe('none\n');
  expect(outputOf(await bench.run({ argv: ['printf', '%s|', '--', 'a b', ''] }, workspace, grants))).toBe('--|a b||');
});

test('a command can end its relay, which leaves it without a network, and cannot look into it', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  const command = `relay=$(pgrep -x egress); ls /proc/$relay/fd 2>&1 | grep -c 'Permission denied'; kill -9 $relay; sleep 0.2; python3 -c 'import urllib.request; urllib.request.urlopen("http://${place}/", timeout=5)'`;
  const outcome = await bench.run(command, bench.workspace(), reaching(place));
  expect(outputOf(outcome)).toMatch(/^1\n[\s\S]*Connection refused/);
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: 'exited with status 1',
    facts: { egress: { connections: 0 } },
  });
  expect(peer.seen).toEqual([]);
});

test('more connections than the relay has room for wait for nothing, and the others go on', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  const program = `
import socket
held = [socket.create_connection(("127.0.0.1", 3128), 5) for _ in range(70)]
closed = 0
for one in held[64:]:
    try:
        closed += one.recv(1) == b""
    except OSError:
        closed += 1
one = held[0]
one.sendall(b"GET http://${place}/ HTTP/1.1\\r\\nHost: ${place}\\r\\nConnection: close\\r\\n\\r\\n")
print(closed, one.recv(12))
`;
  const outcome = await bench.run(python(program), bench.workspace(), reaching(place));
  expect(outputOf(outcome)).toBe("6 b'HTTP/1.1 200'\n");
});

test('a call that waited in a container has a door of its own, and it is gone with the call', async () => {
  await using peer = await httpPeer();
  const place = `a.test:${peer.port}`;
  const workspace = pooled.workspace();
  for (const round of [1, 2, 3]) {
    const outcome = await pooled.run(fetching(`http://${place}/${round}`), workspace, reaching(place));
    expect(outputOf(outcome)).toBe('hello\n');
    expect(egressFacts(outcome)).toMatchObject({ connections: 1, list: [{ path: `/${round}` }] });
  }
  const other = await pooled.run(fetching(`http://${place}/`), workspace, reaching(`b.test:${peer.port}`));
  expect(outputOf(other)).toMatch(/^403/);
  expect(peer.seen).toHaveLength(3);
});

test('a call that is ended leaves no connection behind, and nothing on this machine', async () => {
  let ended = 0;
  await using peer = await tcpPeer((socket) => void socket.on('end', () => (ended += 1)));
  const ask = `import socket, time; s = socket.create_connection(("a.test", ${peer.port})); s.send(b"x"); time.sleep(60)`;
  const abort = new AbortController();
  const running = bench.run(python(ask), bench.workspace(), reaching(`a.test:${peer.port}`), abort.signal);
  await expect.poll(() => peer.seen.length, { timeout: 20_000 }).toBe(1);
  abort.abort();
  expect(await running).toMatchObject({ kind: 'failed', because: expect.stringContaining('aborted') });
  await expect.poll(() => ended).toBe(1);
  await bench.executor.close();
  const directory = `/run/sallyport/${Buffer.from(bench.instance).toString('base64url')}`;
  expect(() => readdirSync(directory)).toThrow(/ENOENT/);
  const left = execFileSync('docker', ['ps', '-aq', '--filter', `label=sallyport.instance=${bench.instance}`]);
  expect(left.toString()).toBe('');
});
