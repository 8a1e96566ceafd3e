import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileConnectAccess } from '../../src/sandbox/connect-access.ts';
import { connect, decisionOf, run, tool } from './situations.ts';

// What the sandbox may reach follows from the decision, so a rule that only tightens must never open a connection.

const pattern = fc.constantFrom(
  'example.com',
  'a.example.com:443',
  '*.example.com',
  '*',
  '10.0.0.0/8',
  '10.0.0.1:443',
  'GET https://example.com/api/*',
  'POST https://a.example.com/*',
  'https://a.example.com/',
  '127.0.0.0/8',
);
const grantable = pattern.filter((text) => text !== '*');
const hosts = ['example.com', 'a.example.com', '10.0.0.1', 'other.test'];
const connections = hosts.flatMap((host) => [
  { host, port: 443, method: 'CONNECT', url: '' },
  ...['GET', 'POST'].flatMap((method) =>
    ['/', '/api/x', '/api/..%2fx'].map((path) => ({ host, port: 443, method, url: `https://${host}${path}` })),
  ),
]);
const addresses = ['93.184.216.34', '10.0.0.1', '10.9.9.9', '127.0.0.1'];

const allowing = (allowed: string, granted: string) =>
  `  - { id: a, because: so, allow: { connect: ["${allowed}"], run: ["make"] }, grant: { connect: ["${granted}"] } }\n`;
const closing = (id: string, verdict: string, closed: string) =>
  `  - { id: ${id}, because: so, ${verdict}: { connect: ["${closed}"] } }\n`;
const policy = (name: string, rules: string) => ({ path: `${name}.yaml`, text: `policy: ${name}\nrules:\n${rules}` });

/** Everything that the sandbox of a call may dial, under one of its names. */
async function opened(files: ReturnType<typeof policy>[], effect: ReturnType<typeof connect> | undefined) {
  const effects = effect === undefined ? [tool('exec'), run('make')] : [tool('http'), effect];
  const { verdict, grants } = await decisionOf(files, effects, {}, effect === undefined ? 'container' : 'isolate');
  if (verdict === 'deny') return [];
  const access = compileConnectAccess(grants);
  return connections
    .filter((one) => access.refusal(one) === '')
    .flatMap((one) =>
      addresses
        .filter((address) => access.addressRefusal(address, one) === '')
        .map((address) => `${one.method} ${one.host} ${one.url} at ${address}`),
    );
}

const effect = fc.option(
  fc.constantFrom(connect('example.com', 443, 'GET', '/api/x'), connect('a.example.com'), connect('10.0.0.1')),
  { nil: undefined },
);

test('P4: a deny rule, an ask rule or a layer that is added opens no connection', async () => {
  const added = fc.tuple(fc.constantFrom('deny', 'ask', 'layer'), pattern, grantable);
  await fc.assert(
    fc.asyncProperty(pattern, grantable, added, effect, async (allowed, granted, [kind, one, other], wanted) => {
      const base = allowing(allowed, granted);
      const before = await opened([policy('p', base)], wanted);
      // An ask rule may put before a person what no rule allowed.
      fc.pre(before.length > 0);
      const after =
        kind === 'layer'
          ? await opened([policy('p', base), policy('q', allowing(one, other))], wanted)
          : await opened([policy('p', base + closing('b', kind, one))], wanted);
      expect(before).toEqual(expect.arrayContaining(after));
    }),
    { numRuns: 400 },
  );
});

test('P7: what a deny rule is about is out of reach, under its name and at its address', async () => {
  await fc.assert(
    fc.asyncProperty(pattern, grantable, pattern, effect, async (allowed, granted, denied, wanted) => {
      const reached = await opened([policy('p', allowing(allowed, granted) + closing('b', 'deny', denied))], wanted);
      const names = { '10.0.0.0/8': /10\./, '10.0.0.1:443': /10\.0\.0\.1$/, '127.0.0.0/8': /127/, '*': /./ };
      const expected = Object.entries(names).find(([text]) => text === denied)?.[1];
      if (expected !== undefined) expect(reached.filter((one) => expected.test(one))).toEqual([]);
      if (denied === '*.example.com') expect(reached.filter((one) => one.includes(' a.example.com '))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
