import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTools } from '../../src/cli/open-tools.ts';
import { readSettings } from '../../src/config.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-tools-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A skill of that name with one script. */
function skill(directory: string, name: string, script: string): string {
  const path = join(root, directory);
  mkdirSync(path);
  writeFileSync(join(path, 'SKILL.md'), `---\nname: ${name}\nscripts: { ${script} }\n---\n`);
  writeFileSync(join(path, 'a.py'), 'print(1)');
  return path;
}

test('two skills of one name are refused where their scripts have one name, and live together otherwise', async () => {
  const settings = await readSettings({ ...process.env, SALLYPORT_HOME: join(root, 'home') });
  const open = (skills: readonly string[]) =>
    openTools({ ...settings, config: { ...settings.config, skills: [...skills] } });
  const one = skill('one', 'logs', 'count: { file: a.py, run: [python3], description: x }');
  const same = skill('same', 'logs', 'count: { file: a.py, description: x }');
  const other = skill('other', 'logs', 'sum: { file: a.py, description: x }');
  expect(() => open([one, same])).toThrow(/another one has its name/);
  expect([...open([one, other]).keys()]).toEqual(expect.arrayContaining(['exec', 'logs/count', 'logs/sum']));
});
