import { expect, test } from 'vitest';
import { testFileSchema, testSchemaJson } from '../../../src/policy/testing/test-schema.ts';

// After a change of the schema: `vitest run test/policy/testing/test-schema.test.ts --update` writes the file anew.
test('the schema that editors use is the one that test files are checked with', async () => {
  const text = `${JSON.stringify(testSchemaJson(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../docs/policy-test.schema.json');
});

test('every object of a test file refuses keys it does not know', () => {
  const one = { name: 'a', allow: ['ls'] };
  const file = { policy: ['p.yaml'], cases: [one] };
  expect(testFileSchema.safeParse(file).success).toBe(true);
  const others = [
    { ...file, extra: 1 },
    { ...file, workspace: { extra: [] } },
    { ...file, as: { extra: 1 } },
    { ...file, as: { spent: { extra: 1 } } },
    { ...file, cases: [{ ...one, extra: 1 }] },
    { ...file, cases: [{ ...one, grants: { extra: [] } }] },
    { ...file, cases: [{ ...one, approvers: { extra: 1 } }] },
    { ...file, cases: [{ ...one, allow: [{ read: 'x', write: 'y' }] }] },
  ];
  for (const other of others) expect(testFileSchema.safeParse(other).success, JSON.stringify(other)).toBe(false);
});
