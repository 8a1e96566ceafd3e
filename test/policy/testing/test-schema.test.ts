import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTestFile } from '../../../src/policy/testing/read-test-file.ts';
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

test('the example in the guide is a test file, and the guide names every key', () => {
  const guide = readFileSync('docs/policy.md', 'utf8');
  const section = guide.slice(guide.indexOf('## Testing a policy'), guide.indexOf('## The policies that ship'));
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];
  expect(readTestFile('example.test.yaml', example).content.cases).toHaveLength(3);
  const keys = new Set<string>();
  JSON.stringify(testSchemaJson(), (key, value) => {
    if (key === 'properties') for (const name of Object.keys(value)) keys.add(name);
    return value;
  });
  expect(keys.size).toBeGreaterThan(30);
  for (const key of keys) expect(guide, key).toMatch(new RegExp(`\\b${key}\\b`));
});
