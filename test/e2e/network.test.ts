// A command that speaks to a host with a secret it never sees: from the rule to the record.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpPeer, httpsPeer, type Peer, peersAuthority } from '../sandbox/egress/harness.ts';
import { makePlace, type Place } from './sallyport.ts';

const token = 'ghp_a-token-nobody-may-see-42';
const program = `
import os, sys, urllib.request, urllib.error
request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + os.environ.get("API_TOKEN", "none")})
try:
    print(urllib.request.urlopen(request, timeout=10).read().decode())
except urllib.error.URLError as error:
    sys.exit(str(error))
`;

let place: Place;
let api: Peer;
let other: Peer;
let here: readonly string[];

beforeAll(async () => {
  place = makePlace();
  api = await httpsPeer('localhost', (request, response) => response.end(`for ${request.headers.authorization}`));
  other = await httpPeer();
  mkdirSync(place.workspace, { recursive: true });
  writeFileSync(join(place.workspace, 'ask.py'), program);
  const policy = place.file(
    'policy.yaml',
    `policy: e2e
rules:
  - id: ask-the-api
    allow: { run: ["python3 ask.py *"] }
    grant:
      connect: ["GET https://localhost:${api.port}/issues*", "localhost:${other.port}"]
      inject: [{ secret: api-token, host: "localhost:${api.port}", header: "Authorization: Bearer {secret}", env: API_TOKEN }]
    because: reading issues changes nothing
  - id: look
    allow: { run: ["cat *"] }
    because: looking is harmless
  - id: not-there
    deny: { connect: ["127.0.0.1:${other.port}"] }
    because: that service is not for agents
`,
  );
  here = ['--policy', policy, '--workspace', place.workspace, '--json'];
});
afterAll(async () => {
  place.remove();
  await Promise.all([api[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
});

const asking = async (url: string, env: NodeJS.ProcessEnv = {}) => {
  const authority = place.file('authority.pem', peersAuthority.certificate);
  const usual = { NODE_EXTRA_CA_CERTS: authority, SALLYPORT_SECRET_API_TOKEN: token };
  const call = ['call', 'exec', JSON.stringify({ argv: ['python3', 'ask.py', url] }), ...here];
  const { out } = await place.run(call, '', { ...usual, ...env });
  return JSON.parse(out);
};

test('without the secret nothing is started, and the message says what to set', async () => {
  const ended = await asking(`https://localhost:${api.port}/issues`, { SALLYPORT_SECRET_API_TOKEN: '' });
  expect(ended).toMatchObject({
    outcome: 'failed',
    because: expect.stringContaining('set `SALLYPORT_SECRET_API_TOKEN`'),
  });
  expect(api.seen).toEqual([]);
});

test('a path that was not granted and an address that a rule denies are refused, and the model hears why', async () => {
  expect(await asking(`https://localhost:${api.port}/user`)).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/`GET https:\/\/localhost:[0-9]+\/user` is not granted to this call/),
  });
  expect(await asking(`http://localhost:${other.port}/`)).toMatchObject({
    outcome: 'failed',
    because: expect.stringMatching(/leads to `127.0.0.1`, which is closed by the rule for `127.0.0.1:[0-9]+`/),
  });
  expect([api.seen, other.seen]).toEqual([[], []]);
});

test('P10: the secret reaches its host, and neither model, ledger nor sandbox', async () => {
  const ended = await asking(`https://localhost:${api.port}/issues?q=1`);
  expect(ended).toMatchObject({ outcome: 'ok', output: `for Bearer ${'*'.repeat(token.length)}\n` });
  expect(ended.grants.inject).toMatchObject([{ secret: 'api-token', template: 'Bearer {secret}' }]);
  expect(api.headers).toMatchObject([{ authorization: `Bearer ${token}` }]);
  const { out } = await place.run(['audit', 'list', '--json']);
  expect(out).toContain('"egress"');
  expect(out).toContain('"path":"/issues"');
  const state = readdirSync(place.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const kept = state.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
  expect(kept).toContain('ask-the-api');
  expect(kept + out + JSON.stringify(ended)).not.toContain(token);
});
