import { expect, test } from 'vitest';
import { durationMs, policyFileSchema, policySchemaJson } from '../../src/policy/policy-schema.ts';

// After a change of the schema: `vitest run test/policy/policy-schema.test.ts --update` writes the file anew.
test('the schema that editors use is the one that files are checked with', async () => {
  const text = `${JSON.stringify(policySchemaJson(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/policy.schema.json');
});

test('every object of a policy file refuses keys it does not know', () => {
  const rule = { id: 'r', because: 'so', allow: { run: ['ls'] } };
  const file = { policy: 'p', rules: [rule] };
  expect(policyFileSchema.safeParse(file).success).toBe(true);
  const others = [
    { ...file, extra: 1 },
    { ...file, applies: { extra: ['x'] } },
    { ...file, rules: [{ ...rule, extra: 1 }] },
    { ...file, rules: [{ ...rule, allow: { exec: ['ls'] } }] },
    { ...file, rules: [{ ...rule, when: { extra: ['x'] } }] },
    { ...file, rules: [{ ...rule, when: { labels: { some: ['x'] } } }] },
    { ...file, rules: [{ ...rule, grant: { network: true } }] },
    { ...file, rules: [{ ...rule, approvers: { role: ['x'] } }] },
    { ...file, rules: [{ ...rule, approvers: { stepUp: 'password' } }] },
    { ...file, rules: [{ ...rule, approvers: { escalate: { after: '5m' } } }] },
    { ...file, rules: [{ ...rule, approvers: { escalate: { after: '5m', roles: ['*'] } } }] },
  ];
  for (const other of others) expect(policyFileSchema.safeParse(other).success, JSON.stringify(other)).toBe(false);
});

test('a duration is a number and a unit', () => {
  expect(['30s', '15m', '2h', '1d'].map(durationMs)).toEqual([30_000, 900_000, 7_200_000, 86_400_000]);
});
