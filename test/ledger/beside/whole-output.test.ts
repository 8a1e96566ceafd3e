import { expect, test } from 'vitest';
import { ledgerEntry } from '../../../src/kernel/ledger-entry.ts';
import { nothingPrivate } from '../../../src/kernel/private-parts.ts';
import { draftRecord } from '../../../src/kernel/record-draft.ts';
import { verifyOutputs } from '../../../src/ledger/beside/verify-outputs.ts';
import { outputText, wholeOutput } from '../../../src/ledger/beside/whole-output.ts';
import { draftOf, intrude, temporaryStore } from '../../fixtures/temporary-store.ts';

const long = 'a line of output\n'.repeat(2_000);
const entry = ledgerEntry('call-finished', { output: long }, { redact: (text) => text, findPrivate: nothingPrivate });

async function stored() {
  const { store, path } = await temporaryStore();
  await store.append(draftRecord(entry, 1_000));
  return { store, intruder: await intrude(path) };
}

test('an output that was changed in the database is not shown and fails the check', async () => {
  const { store, intruder } = await stored();
  await store.append(draftRecord({ ...entry, beside: { salts: [], output: { sha256: 'ff', text: 'other' } } }, 1));
  await intruder.run("UPDATE outputs SET deflated = (SELECT deflated FROM outputs WHERE sha256 = 'ff')");
  const output = await wholeOutput(entry.body, store);
  expect(output.kind).toBe('changed');
  expect(outputText(output)).toMatch(/was changed in the database and is not shown; the SHA-256 of its 34000 bytes/);
  expect((await verifyOutputs(store)).bad).toHaveLength(2);
});

test('an output that is damaged, emptied or gone without a word is found', async () => {
  const { store, intruder } = await stored();
  await intruder.run("UPDATE outputs SET deflated = x'00ff00ff'");
  expect((await wholeOutput(entry.body, store)).kind).toBe('changed');
  expect((await verifyOutputs(store)).bad).toHaveLength(1);
  await intruder.run('UPDATE outputs SET deflated = NULL');
  expect((await wholeOutput(entry.body, store)).kind).toBe('lost');
  expect((await verifyOutputs(store)).bad).toHaveLength(1);
  await intruder.run('DELETE FROM outputs');
  const output = await wholeOutput(entry.body, store);
  expect(output.kind).toBe('lost');
  expect(outputText(output)).toContain('nobody pruned it');
  expect((await verifyOutputs(store)).bad).toEqual([Object(entry.body.output).sha256]);
});

test('an output that was emptied as if it had been pruned is found: no record says so', async () => {
  const { store, intruder } = await stored();
  await intruder.run('UPDATE outputs SET deflated = NULL, gone_at = 5000');
  expect((await verifyOutputs(store)).bad).toHaveLength(1);
});

test('a pruned output says when and what its hash is, and is not wrong', async () => {
  const { store } = await stored();
  const pruning = { type: 'ledger-pruned', at: Date.parse('2026-01-02T03:04:05Z') } as const;
  await store.pruneBeside({ outputs: 2_000, salts: 0 }, draftOf({}, pruning));
  const text = outputText(await wholeOutput(entry.body, store));
  expect(text).toContain('a line of output');
  expect(text).toMatch(
    /\[the rest was pruned on 2026-01-02T03:04:05.000Z; the SHA-256 of its 34000 bytes is [0-9a-f]{64}\]/,
  );
  expect(await verifyOutputs(store)).toEqual({ sound: 0, pruned: 1, bad: [] });
});

test('an output is whole wherever it lies, and empty where a record has none', async () => {
  const { store } = await stored();
  expect(await wholeOutput(entry.body, store)).toEqual({ kind: 'whole', text: long });
  expect(await wholeOutput({ output: 'short' }, store)).toEqual({ kind: 'whole', text: 'short' });
  expect(await wholeOutput({}, store)).toEqual({ kind: 'whole', text: '' });
  expect(await verifyOutputs(store)).toEqual({ sound: 1, pruned: 0, bad: [] });
});
