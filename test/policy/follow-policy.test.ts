import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LedgerEntry } from '../../src/kernel/ports.ts';
import { followPolicy } from '../../src/policy/follow-policy.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';

const policyOf = (program: string) =>
  `policy: p\nrules:\n  - { id: r, allow: { run: ["${program} *"] }, because: it is a test }\n`;
const read = (paths: readonly string[]) =>
  Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
const filesOf = (...paths: string[]) => ({ paths, read, load: loadPolicy });

/** A followed policy in a folder of its own; `happened` resolves with the next entry of the ledger. */
async function followed({ isOnTrial = false, append = async (_entry: LedgerEntry) => {} } = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-follow-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'p.yaml');
  writeFileSync(path, policyOf('ls'));
  const trial = join(folder, 'trial.yaml');
  writeFileSync(trial, policyOf('cat'));
  const entries: LedgerEntry[] = [];
  const told: string[] = [];
  const waiting: ((entry: LedgerEntry) => void)[] = [];
  const ports = {
    record: async (entry: LedgerEntry) => {
      await append(entry);
      entries.push(entry);
      waiting.shift()?.(entry);
    },
    tell: (message: string) => void told.push(message),
  };
  const source = await followPolicy(filesOf(path), isOnTrial ? filesOf(trial) : filesOf(), ports);
  onTestFinished(() => source.close());
  const happened = () => new Promise<LedgerEntry>((resolve) => waiting.push(resolve));
  return { folder, path, trial, source, entries, told, happened };
}

test('a file that does not load leaves the old policy in place, says so once, and is written down', async () => {
  const { path, source, entries, told } = await followed();
  const before = source.current();
  writeFileSync(path, 'policy: p\nrules: [oops\n');
  await source.look();
  await source.look();
  expect(source.current()).toBe(before);
  expect(entries).toEqual([
    {
      type: 'policy-rejected',
      body: { role: 'policy', previous: before.digest, files: [path], because: expect.stringContaining('p.yaml:') },
    },
  ]);
  expect(told).toHaveLength(1);
});

test('a file that goes away leaves the old policy in place', async () => {
  const { path, source, entries } = await followed();
  const before = source.current();
  unlinkSync(path);
  await source.look();
  expect(source.current()).toBe(before);
  expect(entries[0]).toMatchObject({ type: 'policy-rejected' });
});

test('the ledger knows of a policy before any decision by it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { path, source, entries } = await followed({ append: () => promise });
  const before = source.current();
  writeFileSync(path, policyOf('cat'));
  const looking = source.look();
  expect(source.current()).toBe(before);
  resolve();
  await looking;
  const { digest } = source.current();
  expect(digest).not.toBe(before.digest);
  expect(entries).toEqual([
    { type: 'policy-loaded', body: { role: 'policy', previous: before.digest, policy: digest, files: [path] } },
  ]);
});

test('a ledger that cannot be written keeps the old policy, and the next look tries again', async () => {
  let isBroken = true;
  const append = async () => {
    if (isBroken) throw new Error('disk full');
  };
  const { path, source, told } = await followed({ append });
  const before = source.current();
  writeFileSync(path, policyOf('cat'));
  await source.look();
  expect(source.current()).toBe(before);
  expect(told.at(-1)).toContain('disk full');
  isBroken = false;
  await source.look();
  expect(source.current()).not.toBe(before);
});

test('a change that means the same changes nothing', async () => {
  const { path, source, entries } = await followed();
  writeFileSync(path, `# a comment\n${policyOf('ls')}`);
  await source.look();
  expect(entries).toEqual([]);
});

test('a file that is written, or replaced as editors do, is followed without being asked', async () => {
  const { folder, path, happened } = await followed();
  const first = happened();
  writeFileSync(path, policyOf('cat'));
  expect((await first).type).toBe('policy-loaded');
  const second = happened();
  writeFileSync(join(folder, 'p.yaml.new'), policyOf('head'));
  renameSync(join(folder, 'p.yaml.new'), path);
  expect((await second).type).toBe('policy-loaded');
});

test('a link that is turned to another folder, as clusters do, is followed', async () => {
  const { folder, source } = await followed();
  for (const version of ['one', 'two']) mkdirSync(join(folder, version));
  writeFileSync(join(folder, 'one', 'p.yaml'), policyOf('ls'));
  writeFileSync(join(folder, 'two', 'p.yaml'), policyOf('cat'));
  symlinkSync('one', join(folder, 'data'));
  const { promise, resolve } = Promise.withResolvers<LedgerEntry>();
  const ports = { record: async (entry: LedgerEntry) => resolve(entry), tell: () => {} };
  const linked = await followPolicy(filesOf(join(folder, 'data', 'p.yaml')), filesOf(), ports);
  onTestFinished(() => linked.close());
  expect(linked.current().digest).toBe(source.current().digest);
  symlinkSync('two', join(folder, 'data.new'));
  renameSync(join(folder, 'data.new'), join(folder, 'data'));
  await linked.look();
  expect(linked.current().digest).not.toBe(source.current().digest);
  expect((await promise).type).toBe('policy-loaded');
});

test('a policy on trial is followed on its own', async () => {
  const { trial, source, entries } = await followed({ isOnTrial: true });
  const before = source.current();
  const [shadow] = source.shadows();
  writeFileSync(trial, policyOf('head'));
  await source.look();
  expect(source.current()).toBe(before);
  expect(source.shadows()).toHaveLength(1);
  expect(source.shadows()[0]?.digest).not.toBe(shadow?.digest);
  expect(entries[0]?.body).toMatchObject({ role: 'policy on trial' });
});

test('files that do not load at the start are an error, and nothing is followed', async () => {
  const { folder } = await followed();
  writeFileSync(join(folder, 'bad.yaml'), 'nonsense');
  const ports = { record: async () => {}, tell: () => {} };
  await expect(followPolicy(filesOf(join(folder, 'bad.yaml')), filesOf(), ports)).rejects.toThrow('could not load');
  await expect(followPolicy(filesOf(join(folder, 'p.yaml')), filesOf(join(folder, 'bad.yaml')), ports)).rejects.toThrow(
    'could not load',
  );
});
