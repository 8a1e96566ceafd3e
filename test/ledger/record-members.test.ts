import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import type { CallPorts } from '../../src/kernel/ports.ts';
import type { Verdict } from '../../src/kernel/types.ts';
import { memberMeanings, memberProblems, memberTables, recordMembers } from '../../src/ledger/record-members.ts';
import { caller, decisionOf, policyOf, testPorts } from '../fixtures/ports.ts';

async function recordsOf(verdict: Verdict, replace: Partial<CallPorts> = {}) {
  const { ports, told } = testPorts(verdict, replace);
  await governedCall({ id: 'c1', tool: 'read', args: {} }, caller, ports, new AbortController().signal, () => {});
  return told.entries;
}

test('a body that lacks something, or has something nobody describes, is told', () => {
  expect(memberProblems('run-continued', { run: 'r', started: 1 })).toEqual(['`run-continued` has no `instance`']);
  const more = { run: 'r', started: 1, instance: 'i', mood: 'good' };
  expect(memberProblems('run-continued', more)).toEqual(['`run-continued` has `mood`']);
});

test('every record of a call has all it has to answer for, and nothing that is not described', async () => {
  const preview = fixedPolicy(policyOf(() => ({ ...decisionOf('ask'), preview: true })));
  const entries = [
    ...(await recordsOf('allow')),
    ...(await recordsOf('deny')),
    ...(await recordsOf('ask')),
    ...(await recordsOf('ask', { policies: preview })),
  ];
  const types = [...new Set(entries.map(({ type }) => type))].sort();
  expect(types).toEqual(expect.arrayContaining(['call-finished', 'call-intended', 'call-refused']));
  expect(entries.flatMap(({ type, body }) => memberProblems(type, body))).toEqual([]);
});

test('every member has a meaning, and the pages say what records hold', () => {
  const members = [...recordMembers.values()].flat().map((member) => member.replace('?', ''));
  expect(members.filter((member) => !Object.hasOwn(memberMeanings, member))).toEqual([]);
  const page = readFileSync(join(import.meta.dirname, '../../docs/records.md'), 'utf8');
  expect(page).toContain(memberTables());
});
