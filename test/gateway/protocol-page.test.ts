import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDevices } from '../../src/gateway/devices.ts';
import { defaultGatewayLimits } from '../../src/gateway/limits.ts';
import { gatewayMethods } from '../../src/gateway/methods/gateway-methods.ts';
import type { Method } from '../../src/gateway/methods/method.ts';
import { scopes } from '../../src/gateway/protocol/scopes.ts';
import { protocolPage } from '../../src/gateway/protocol-page.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { clientOf, gatewayBench } from '../fixtures/gateway-bench.ts';
import { temporaryStore } from '../fixtures/temporary-store.ts';

const root = join(import.meta.dirname, '../..');

/** The methods, over ports that nothing here calls. */
async function methods(): Promise<readonly Method[]> {
  const { store } = await temporaryStore();
  const never = async () => Promise.reject(new Error('not here'));
  return gatewayMethods({
    ports: {
      conversations: { send: never, history: never, abort: never },
      sessions: { list: never },
      approvals: { list: never, show: never, answer: never },
      people: { personOf: never },
      halts: { halt: never, resume: never, list: never },
      ledger: { list: never, verify: never },
    },
    devices: createDevices(store, systemClock),
    clock: systemClock,
    standing: () => ({ version: '', uptimeMs: 0, connections: 0, isDraining: false }),
    publish: () => {},
    lostDevice: () => {},
  });
}

test('docs/protocol.md is what the schemas say', async () => {
  await expect(protocolPage(await methods(), defaultGatewayLimits)).toMatchFileSnapshot(join(root, 'docs/protocol.md'));
});

test('every method of the page is served, and every method that is served is on the page', async () => {
  const page = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
  const told = [...page.matchAll(/^### `([a-zA-Z.]+)`$/gm)].map((found) => found[1]);
  const { url } = await gatewayBench();
  const client = await clientOf(url);
  for (const name of told) {
    const said = JSON.stringify(await client.request(name ?? '', { nonsense: 1 }));
    expect(said, name).toContain(`invalid \`${name}\` params`);
  }
  expect((await methods()).map(({ name }) => name)).toEqual(told);
  expect(told.length).toBeGreaterThan(20);
});

test('methods of the reference take the scope that the reference names', async () => {
  const text = readFileSync(join(root, 'node_modules/@openclaw/gateway-protocol/protocol.schema.json'), 'utf8');
  const theirs: Record<string, { scope: string }> = JSON.parse(text).methods;
  for (const { name, scope, isOurs } of await methods()) {
    expect(scopes).toContain(scope);
    expect(isOurs ? scope : theirs[name]?.scope, name).toBe(scope);
    expect(isOurs).toBe(name.startsWith('sallyport.'));
  }
});
