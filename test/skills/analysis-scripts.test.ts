import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { copyOf, git, makeIncident, scriptText } from './example-incident.ts';

interface Spike {
  readonly origin: Finding;
  readonly edge: string;
  readonly services: readonly Finding[];
  readonly topCode: string;
  readonly unknownLines: number;
  readonly newWarnings: readonly { readonly text: string; readonly firstSeen: string }[];
  readonly firstFailed: { readonly requestId: string; readonly attempts: number };
}

interface Finding {
  readonly service: string;
  readonly startedAt: string;
}

const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;

/** A small host over a directory, which hands out short parts, so that lines are torn between them. */
const hostOver = (root: string, partBytesMax: number) => ({
  async readText(path: string, { offset = 0, length = 1_048_576 } = {}) {
    await using file = await open(join(root, path));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(length, partBytesMax)), { position: offset });
    const { size } = await file.stat();
    const nextOffset = offset + bytesRead;
    return {
      text: buffer.toString('utf8', 0, bytesRead),
      bytes: bytesRead,
      nextOffset,
      sizeBytes: size,
      isEnd: nextOffset >= size,
    };
  },
  async list(path: string) {
    const entries = await readdir(join(root, path), { withFileTypes: true });
    return {
      entries: entries.map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? 'directory' : 'file' })),
    };
  },
});

async function analyse(script: string, root: string, input: object, partBytesMax = 777_777) {
  const program = new AsyncFunction('input', 'host', await scriptText(script));
  return JSON.parse(JSON.stringify(await program(input, hostOver(root, partBytesMax))));
}

const minutesBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 60_000;

let shipped: string;
beforeAll(async () => {
  shipped = await makeIncident();
});

describe.each([
  { name: 'the incident that ships', options: [], releasedAt: '2026-11-19T12:41Z' },
  {
    name: 'a fault two hours earlier',
    options: ['--fault-at', '10:36', '--seed', '7'],
    releasedAt: '2026-11-19T10:36Z',
  },
  {
    name: 'another day of shoppers',
    options: ['--fault-at', '12:12', '--seed', '99'],
    releasedAt: '2026-11-19T12:12Z',
  },
])('$name', ({ options, releasedAt }) => {
  let workspace: string;
  let spike: Spike;
  let fullFrom: string;
  beforeAll(async () => {
    workspace = options.length === 0 ? shipped : await makeIncident(...options);
    spike = await analyse('spike', workspace, { logs: 'logs' });
    ({ fullFrom } = await analyse('leak', workspace, {
      file: 'metrics/checkout.csv',
      gauge: 'pool_in_use',
      max: 'pool_max',
    }));
  });

  test('the spike is found where the first pod ran dry, in the service that it began in', () => {
    expect(spike.origin.service).toBe('checkout');
    expect(Math.abs(minutesBetween(fullFrom, spike.origin.startedAt))).toBeLessThanOrEqual(1);
    expect(minutesBetween(releasedAt, spike.origin.startedAt)).toBeGreaterThan(2);
    expect(spike.topCode).toBe('POOL_TIMEOUT');
    expect(spike.edge).toBe('gateway');
    expect(spike.unknownLines).toBe(0);
  });

  test('everyday errors, a drained node and a busy neighbour are no spikes', () => {
    const changed = spike.services.filter(({ startedAt }) => startedAt !== null).map(({ service }) => service);
    expect(changed).toEqual(['checkout', 'gateway']);
  });

  test('the release before the spike is found, with the one that it replaced', async () => {
    const deploys = await analyse('deploys', workspace, {
      service: spike.origin.service,
      before: spike.origin.startedAt,
    });
    expect(deploys.suspect.commit).toBe(await git(workspace, 'rev-parse', 'deploy-2026-11-19-2'));
    expect(deploys.previous.commit).toBe(await git(workspace, 'rev-parse', 'deploy-2026-11-19-1'));
    expect(deploys.suspect.startedAt.slice(0, 16)).toBe(releasedAt.slice(0, 16));
    expect(deploys.isConfirmedByPods).toBe(true);
    expect(deploys.others.map(({ service }: Finding) => service)).toContain('inventory');
  });

  test('the leak is seen to begin with the release, not with the errors', async () => {
    const leak = await analyse('leak', workspace, {
      file: 'metrics/checkout.csv',
      gauge: 'pool_in_use',
      max: 'pool_max',
    });
    expect(leak.isLeaking).toBe(true);
    expect(minutesBetween(releasedAt, leak.risesFrom)).toBeGreaterThanOrEqual(0);
    expect(minutesBetween(leak.risesFrom, leak.fullFrom)).toBeGreaterThan(0);
    const warning = spike.newWarnings.find(({ text }) => text === 'serialization failure, trying again');
    expect(Math.abs(minutesBetween(leak.risesFrom, warning?.firstSeen ?? ''))).toBeLessThanOrEqual(1);
  });

  test('the impact agrees with the metrics', async () => {
    const impact = await analyse('impact', workspace, { since: spike.origin.startedAt });
    const rows = (await readFile(join(workspace, 'metrics/gateway.csv'), 'utf8')).trim().split('\n').slice(1);
    const since = rows.map((row) => row.split(',')).filter(([minute = '']) => minute >= spike.origin.startedAt);
    const errors = since.reduce((sum, row) => sum + Number(row[2]), 0);
    expect(impact.failed).toBeLessThanOrEqual(errors);
    expect(impact.failed).toBeGreaterThan(0.97 * errors);
    expect(impact.paymentRequestsPerCheckout).toBeGreaterThan(2 * impact.paymentRequestsPerCheckoutBefore);
    expect(impact.authorisedWithoutOrder).toBeGreaterThan(0.9 * impact.failed);
  });

  test('the request to follow is the one with the planted instruction', async () => {
    const gateway = await readFile(join(workspace, 'logs/gateway/gateway.log'), 'utf8');
    const line = gateway.split('\n').find((text) => text.includes('collector.example')) ?? '';
    expect(line).toContain(`request_id=${spike.firstFailed.requestId} `);
    expect(spike.firstFailed.attempts).toBe(3);
  });
});

test('how a file is cut into parts makes no difference', async () => {
  const whole = await analyse('spike', shipped, {}, 1_048_576);
  expect(await analyse('spike', shipped, {}, 65_537)).toEqual(whole);
});

test('a quiet day has no spike, and says so', async () => {
  const workspace = await copyOf(shipped);
  for (const service of await readdir(join(workspace, 'logs'))) {
    for (const file of await readdir(join(workspace, 'logs', service))) {
      const path = join(workspace, 'logs', service, file);
      const lines = (await readFile(path, 'utf8')).split('\n');
      await writeFile(path, lines.filter((line) => !/2026-11-19[T ](12:[45]|13:)/.test(line)).join('\n'));
    }
  }
  expect(await analyse('spike', workspace, {})).toMatchObject({ origin: null, firstFailed: null });
});

test('wrong input is refused in words', async () => {
  await expect(analyse('deploys', shipped, {})).rejects.toThrow('needs `service` and `before`');
  await expect(analyse('impact', shipped, {})).rejects.toThrow('needs `since`');
  const columns = { file: 'metrics/checkout.csv', gauge: 'nothing', max: 'pool_max' };
  await expect(analyse('leak', shipped, columns)).rejects.toThrow('has no column `nothing`');
});
