import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signingParts } from '../../src/cli/ledger-keys.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { rotateKeys, signingKeys } from '../../src/ledger/signing-keys.ts';
import { writeCheckpoint } from '../../src/ledger/write-checkpoint.ts';
import { temporaryFolder, temporaryStore } from '../fixtures/temporary-store.ts';

async function opened() {
  const home = temporaryFolder();
  const { store } = await temporaryStore();
  const parts = signingParts(home, store, createLedger(store, systemClock));
  await parts.ledger.append({ type: 'run-started', body: {} });
  return { home, parts };
}

test('a key file that was damaged is refused, without a word of what is in it', async () => {
  const { home, parts } = await opened();
  await signingKeys(parts.keeper, parts.store, parts.ledger);
  const path = join(home, 'keys', 'ledger.json');
  const whole = readFileSync(path, 'utf8');
  for (const damaged of [
    whole.slice(0, -3),
    whole.replace('PRIVATE', 'PUBLIC'),
    whole.replace('"key"', '"kez"'),
    '{}',
    '',
  ]) {
    writeFileSync(path, damaged);
    const refused = await writeCheckpoint(parts).catch((error: unknown) => String(error));
    expect(refused).toMatch(/could not read the signing key .*ledger\.json`: .*; restore the file, or remove it/);
    expect(refused).not.toMatch(/PRIVATE|\+A/);
  }
});

test('keys lie in files that only their owner can read, and nothing is left over', async () => {
  const { home, parts } = await opened();
  await Promise.all([1, 2, 3].map(() => signingKeys(parts.keeper, parts.store, parts.ledger)));
  await writeCheckpoint(parts);
  await rotateKeys(parts.keeper, parts.store, parts.ledger);
  const directory = join(home, 'keys');
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readdirSync(directory).sort()).toEqual(['ledger-signed', 'ledger.json']);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test('a replaced key is forgotten, but for its public line', async () => {
  const { home, parts } = await opened();
  const before = await signingKeys(parts.keeper, parts.store, parts.ledger);
  await rotateKeys(parts.keeper, parts.store, parts.ledger);
  const text = readFileSync(join(home, 'keys', 'ledger.json'), 'utf8');
  expect(text).not.toContain(before.signer.line);
  expect(text).toContain(before.signer.verifier.line);
});
