// The documentation is what is enforced.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isFilterName } from '../../../src/models/playbook/filters.ts';
import { playbookJsonSchema } from '../../../src/models/playbook/schema.ts';
import { playbookFrom } from './playbook-from.ts';

const guide = await readFile('docs/playbook.md', 'utf8');

test('docs/playbook.schema.json is the schema that is enforced', async () => {
  await expect(`${JSON.stringify(playbookJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/playbook.schema.json',
  );
});

test('the example in the guide loads', async () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const playbook = await playbookFrom(example, { 'scripts/spike.js': 'return 1;' });
  expect([...playbook.turns.keys()]).toEqual(['orient', 'analyse', 'history', 'report', 'give-up']);
});

test('every key and every filter is in the guide', () => {
  const keys = new Set<string>();
  JSON.stringify(playbookJsonSchema(), (key, value) => {
    if (key === 'properties') for (const name of Object.keys(value)) keys.add(name);
    return value;
  });
  expect(keys.size).toBeGreaterThan(15);
  for (const key of keys) expect(guide).toContain(key);
  const filters = [...guide.matchAll(/^\| `([a-z]+)[^|]*\|/gm)].flatMap(([row]) => [...row.matchAll(/`([a-z]+)/g)]);
  const documented = new Set(filters.map(([, name]) => name ?? '').filter(isFilterName));
  expect([...documented].sort()).toEqual([
    'after',
    'before',
    'containing',
    'count',
    'default',
    'join',
    'json',
    'lines',
    'number',
    'trim',
    'word',
  ]);
});
