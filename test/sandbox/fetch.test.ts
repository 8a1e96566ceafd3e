import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { compileConnectAccess, tunnelTo } from '../../src/sandbox/connect-access.ts';
import { createFetcher, FetchRefused, type FetchRequest, fetchLimits } from '../../src/sandbox/fetch.ts';
import { gatherFacts } from '../../src/sandbox/isolate/call-facts.ts';

async function serve(listener: RequestListener): Promise<{ port: number; seen: string[] } & AsyncDisposable> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ok: RequestListener = (_request, response) => response.end('hello');

/** Fetches where nothing grants the range of loopback. */
const fetchesPublicly = (url: string, grants: string[], addresses?: string[]) =>
  fetches(url, grants, {}, addresses, new AbortController().signal, []);

/** One fetch; gives the response as text or the refusal, and the facts. */
async function fetches(
  url: string,
  grants: string[],
  wanted: Partial<FetchRequest> = {},
  addresses: string[] = ['127.0.0.1'],
  signal = new AbortController().signal,
  reach: string[] = ['127.0.0.0/8'],
  exceptConnect: string[] = [],
) {
  const facts = gatherFacts();
  const fetcher = createFetcher({ connect: [...grants, ...reach], exceptConnect }, async () => addresses);
  try {
    const response = await fetcher({ url, method: 'GET', headers: {}, body: '', ...wanted }, facts, signal);
    return { text: `${response.status} ${response.body}`, response, facts };
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    return { text: `refused: ${error.message}`, response: undefined, facts };
  }
}

test('without a grant nothing is resolved and nothing is dialled', async () => {
  await using server = await serve(ok);
  let resolved = 0;
  const fetcher = createFetcher({ connect: [], exceptConnect: [] }, async () => {
    resolved += 1;
    return ['127.0.0.1'];
  });
  const request = { url: `http://some.test:${server.port}/`, method: 'GET', headers: {}, body: '' };
  await expect(fetcher(request, gatherFacts(), new AbortController().signal)).rejects.toThrow('not granted');
  expect([resolved, server.seen.length]).toEqual([0, 0]);
});

test('a grant covers its host, its port and, where it names them, its method and its path alone', async () => {
  await using server = await serve(ok);
  const { port } = server;
  const url = `http://api.test:${port}/path?q=1`;
  expect((await fetches(url, [`api.test:${port}`])).text).toBe('200 hello');
  expect((await fetches(url, [`GET http://api.test:${port}/path?q=1`])).text).toBe('200 hello');
  expect((await fetches(url, [`POST http://api.test:${port}/path?q=1`])).text).toMatch(/not granted/);
  expect((await fetches(url, [`GET https://api.test:${port}/path?q=1`])).text).toMatch(/not granted/);
  expect((await fetches(url, [`GET http://api.test:${port}/path`])).text).toMatch(/not granted/);
  expect((await fetches(url, [`api.test:${port + 1}`])).text).toMatch(/not granted/);
  expect((await fetches(url, [`other.test:${port}`])).text).toMatch(/not granted/);
  expect((await fetches(url, ['api.test and more things', ''])).text).toMatch(/not granted/);
  expect(server.seen).toEqual(Array(2).fill(`GET /path?q=1 api.test:${port}`));
});

test('a name that leads to a private address is refused under every grant of names, also if one of several does', async () => {
  await using server = await serve(ok);
  const url = `http://evil.test:${server.port}/`;
  for (const grant of ['*', `*:${server.port}`, `*.test:${server.port}`, `evil.test:${server.port}`]) {
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:127.0.0.1',
      'fd00:ec2::254',
      '0.0.0.0',
      'nonsense',
    ]) {
      expect((await fetchesPublicly(url, [grant], [address])).text, `${grant} ${address}`).toMatch(/^refused/);
    }
    expect((await fetchesPublicly(url, [grant], ['93.184.216.34', '127.0.0.1'])).text).toMatch(/private address/);
  }
  expect(server.seen).toEqual([]);
});

test('a private address is reached where the grant names exactly that host, in any spelling of it', async () => {
  await using server = await serve(ok);
  const { port } = server;
  for (const host of ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]']) {
    expect((await fetchesPublicly(`http://${host}:${port}/`, [`127.0.0.1:${port}`])).text, host).toBe('200 hello');
    expect((await fetchesPublicly(`http://${host}:${port}/`, ['*'])).text, host).toMatch(/^refused/);
  }
});

test('a name of an inner network is reached where a range that holds its address is granted', async () => {
  await using server = await serve(ok);
  const url = `http://inner.test:${server.port}/`;
  const name = `inner.test:${server.port}`;
  expect((await fetchesPublicly(url, [name, '127.0.0.0/8'])).text).toBe('200 hello');
  expect((await fetchesPublicly(url, [name, '10.0.0.0/8'])).text).toMatch(/private address/);
  expect((await fetchesPublicly(url, [name, '127.0.0.1'])).text).toBe('200 hello');
  expect((await fetchesPublicly(url, [name, `http://127.0.0.1:${server.port}/`])).text).toMatch(/private address/);
  expect((await fetchesPublicly(url, ['127.0.0.0/8'])).text).toMatch(/not granted/);
});

test('an address that a rule closes is dialled under no name, whatever is granted', async () => {
  await using server = await serve(ok);
  const url = `http://inner.test:${server.port}/`;
  const grants = [`inner.test:${server.port}`];
  const closedBy = async (...exceptConnect: string[]) =>
    (await fetches(url, grants, {}, ['127.0.0.1'], new AbortController().signal, ['127.0.0.0/8'], exceptConnect)).text;
  for (const closed of [
    '127.0.0.0/8',
    '127.0.0.1',
    `127.0.0.1:${server.port}`,
    '*',
    'inner.test',
    '*.test',
    'not: a pattern',
  ])
    expect(await closedBy(closed), closed).toMatch(/^refused: .*closed by the rule/);
  for (const other of ['10.0.0.0/8', `127.0.0.1:${server.port + 1}`, 'POST http://inner.test/*', '::1'])
    expect(await closedBy(other), other).toBe('200 hello');
});

test('a local name leads to an inner network by itself, and to nothing else', async () => {
  const leadsTo = (host: string, address: string) =>
    compileConnectAccess({ connect: [host], exceptConnect: [] }).addressRefusal(address, tunnelTo(host, 443));
  for (const [host, address] of [
    ['db.internal', '10.1.2.3'],
    ['db', '172.18.0.2'],
    ['db.internal', 'fd12::1'],
    ['printer.local', '169.254.3.4'],
    ['localhost', '127.0.0.1'],
    ['localhost', '::1'],
    ['metadata.google.internal', '169.254.169.254'],
  ] as const)
    expect(leadsTo(host, address), `${host} ${address}`).toBe('');
  for (const [host, address] of [
    ['db.internal', '169.254.169.254'],
    ['db.internal', '127.0.0.1'],
    ['db.internal', '0.0.0.0'],
    ['localhost', '10.1.2.3'],
    ['localhost', '169.254.169.254'],
    ['metadata.google.internal', '10.0.0.1'],
    ['db.internal', '100.100.100.200'],
    ['db.internal', 'fd00:ec2::254'],
    ['db.internal', '224.0.0.1'],
  ] as const)
    expect(leadsTo(host, address), `${host} ${address}`).toMatch(/private address/);
});

test('only the judged address is dialled, even if the name leads elsewhere a moment later', async () => {
  await using server = await serve(ok);
  const answers = [['127.0.0.1'], ['10.9.9.9']];
  const fetcher = createFetcher(
    { connect: [`rebind.test:${server.port}`, '127.0.0.0/8'], exceptConnect: [] },
    async () => answers.shift() ?? ['10.9.9.9'],
  );
  const request = { url: `http://rebind.test:${server.port}/`, method: 'GET', headers: {}, body: '' };
  const facts = gatherFacts();
  expect((await fetcher(request, facts, new AbortController().signal)).status).toBe(200);
  expect(facts.asJson()).toMatchObject({ connected: [{ address: '127.0.0.1', status: 200, bytesIn: 5 }] });
});

test('a redirect is told, not followed', async () => {
  await using server = await serve((_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  );
  const { response } = await fetches(`http://a.test:${server.port}/`, [`a.test:${server.port}`]);
  expect(response).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/' } });
  expect(server.seen).toHaveLength(1);
});

test('other schemes, credentials, odd methods and headers of the connection are refused', async () => {
  await using server = await serve(ok);
  const grants = [`a.test:${server.port}`];
  const base = `a.test:${server.port}/`;
  for (const url of [
    `ftp://${base}`,
    'file:///etc/passwd',
    `http://user:password@${base}`,
    'http://',
    'nonsense',
    `ws://${base}`,
  ]) {
    expect((await fetches(url, grants)).text, url).toMatch(/^refused/);
  }
  const odd = [
    { method: 'CONNECT' },
    { method: 'GET / HTTP/1.1\r\nx: y' },
    { headers: { host: 'other.test' } },
    { headers: { 'Transfer-Encoding': 'chunked' } },
    { headers: { 'proxy-authorization': 'x' } },
    { headers: { 'x\r\ny': 'z' } },
    { headers: { x: 'y\r\nhost: other.test' } },
    { method: 'POST', body: 'x'.repeat(fetchLimits.requestBytes + 1) },
  ];
  for (const wanted of odd)
    expect((await fetches(`http://${base}`, grants, wanted)).text, JSON.stringify(wanted).slice(0, 60)).toMatch(
      /^refused/,
    );
  expect(server.seen).toEqual([]);
});

test('a body without end is cut, headers without end are refused', async () => {
  await using server = await serve((_request, response) => {
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  });
  const { response } = await fetches(`http://a.test:${server.port}/`, [`a.test:${server.port}`]);
  expect(response).toMatchObject({ isCut: true, bytes: fetchLimits.responseBytes });
  await using heady = await serve((_request, answer) => {
    for (let index = 0; index < 500; index += 1) answer.setHeader(`x-${index}`, 'y'.repeat(200));
    answer.end();
  });
  expect((await fetches(`http://a.test:${heady.port}/`, [`a.test:${heady.port}`])).text).toMatch(
    /^refused: .*HEADERS_OVERFLOW/,
  );
});

test('an exchange that was sent and never answered stays unconfirmed unless its method is safe', async () => {
  await using server = await serve((request) => request.socket.destroy());
  const url = `http://a.test:${server.port}/`;
  const grants = [`a.test:${server.port}`];
  expect((await fetches(url, grants, { method: 'POST', body: 'x' })).facts.unconfirmed()).toEqual([
    `POST a.test:${server.port}`,
  ]);
  expect((await fetches(url, grants)).facts.unconfirmed()).toEqual([]);
});

test('an abort in the middle ends the exchange and leaves it unconfirmed', async () => {
  const abort = new AbortController();
  await using server = await serve(() => abort.abort());
  const { text, facts } = await fetches(
    `http://a.test:${server.port}/`,
    [`a.test:${server.port}`],
    {},
    ['127.0.0.1'],
    abort.signal,
  );
  expect(text).toMatch(/no answer came in time/);
  expect(facts.unconfirmed()).toHaveLength(1);
});

test('a connection that was never made leaves nothing open', async () => {
  const server = await serve(ok);
  await server[Symbol.asyncDispose]();
  const { text, facts } = await fetches(`http://a.test:${server.port}/`, [`a.test:${server.port}`], { method: 'POST' });
  expect(text).toMatch(/ECONNREFUSED/);
  expect(facts.unconfirmed()).toEqual([]);
});
