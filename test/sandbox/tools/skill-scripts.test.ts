import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../../src/kernel/types.ts';
import { skillTools } from '../../../src/sandbox/tools/skill-scripts.ts';
import { createTestSandbox, said } from '../isolate-harness.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-skill-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
/** A skill of this front matter and these files. */
function skill(frontMatter: string, files: Readonly<Record<string, string>> = {}): string {
  made += 1;
  const directory = join(root, `${made}`);
  for (const [name, text] of Object.entries({ 'SKILL.md': `---\n${frontMatter}\n---\n\n# A skill\n`, ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}
const scripts = (yaml: string) => `name: logs\ndescription: Looks at logs.\nscripts:\n${yaml}`;
const count = `  count:
    run: scripts/count.js
    description: Counts lines.
    labels: [untrusted]
    arguments:
      file: { kind: read, default: app.log, description: The file. }
      to: { kind: write, description: Where the count goes. }
      least: { kind: number, default: 0, description: Fewer are an error. }
      twice: { kind: flag, description: Count each line twice. }`;
const countCode = `// Counts lines.
const { text } = await host.readText(input.file);
const lines = std.text.lines(text).length * (input.twice ? 2 : 1);
if (lines < input.least) throw new Error('too few');
await host.writeText(input.to, String(lines));
console.log('counted');
return { lines };`;

const toolOf = (directory: string): Tool => {
  const [tool] = skillTools(directory);
  if (tool === undefined) throw new Error('the skill has no script');
  return tool;
};

test.for([
  ['no front matter', 'no such thing', /no front matter/],
  ['a script that is no JavaScript', 'run: scripts/count.py', /a script of the isolate is a `.js` file inside the skill; name any other with `file`/],
  ['a script outside of the skill', 'run: ../other/count.js', /inside the skill/],
  ['a script with an absolute path', 'run: /etc/count.js', /inside the skill/],
  ['a script that is not there', 'run: scripts/none.js', /ENOENT/],
  ['an unknown key', 'run: scripts/count.js\n    grants: [read]', /Unrecognized key/],
  [
    'an argument of no known kind',
    'run: scripts/count.js\n    arguments: { a: { kind: shell, description: x } }',
    /kind/,
  ],
  [
    'a default that is no path',
    'run: scripts/count.js\n    arguments: { a: { kind: read, default: "", description: x } }',
    /Too small/,
  ],
] as const)('%s is refused, and the file is named', ([what, keys, because]) => {
  const directory = skill(scripts(`  count:\n    description: x\n    ${keys}`), { 'scripts/count.js': '1' });
  if (what === 'no front matter') writeFileSync(join(directory, 'SKILL.md'), '# No front matter');
  expect(() => skillTools(directory)).toThrow(because);
  expect(() => skillTools(directory)).toThrow(/SKILL\.md|scripts\/none\.js/);
});

test('a skill without scripts has no tools, whatever else its front matter says', () => {
  expect(skillTools(skill('name: plain\ndescription: x\nlicense: MIT\nmetadata: { a: [1] }'))).toEqual([]);
});

test('a script is a tool with the effects that were declared, and no argument beyond them', () => {
  const tool = toolOf(skill(scripts(count), { 'scripts/count.js': countCode }));
  expect(tool).toMatchObject({
    name: 'logs/count',
    description: 'Counts lines.',
    sandbox: 'isolate',
    labels: ['untrusted'],
    effects: [
      { kind: 'read', argument: 'file' },
      { kind: 'write', argument: 'to' },
    ],
  });
  expect(tool.input.safeParse({ to: 'x', other: 1 }).success).toBe(false);
  expect(tool.input.safeParse({}).success).toBe(false);
  expect(tool.input.safeParse({ to: 'a\0b' }).success).toBe(false);
  expect(tool.input.parse({ to: 'x' })).toEqual({ file: 'app.log', to: 'x', least: 0, twice: false });
  expect(z.toJSONSchema(tool.input, { io: 'input' })).toMatchObject({ type: 'object', required: ['to'] });
});

test('a script does what its grants allow, and fails where they do not', async () => {
  const tool = toolOf(skill(scripts(count), { 'scripts/count.js': countCode }));
  await using sandbox = createTestSandbox({ tools: new Map([[tool.name, tool]]) });
  writeFileSync(join(sandbox.workspace, 'app.log'), 'a\nb\n');
  const args = tool.input.parse({ to: 'count.txt', twice: true });
  expect(said(await sandbox.call(tool.name, args, { read: ['app.log'] }))).toMatch(/^failed: .*may write/);
  expect(said(await sandbox.call(tool.name, args, { write: ['count.txt'] }))).toMatch(/^failed: .*may read/);
  const outcome = await sandbox.call(tool.name, args, { read: ['app.log'], write: ['count.txt'] });
  expect(said(outcome)).toBe('{\n "lines": 4\n}\n--- console ---\ncounted\n');
  expect(readFileSync(join(sandbox.workspace, 'count.txt'), 'utf8')).toBe('4');
  expect(said(await sandbox.call(tool.name, { ...args, least: 9 }, { read: ['.'], write: ['.'] }))).toBe(
    'failed: too few',
  );
});

test('text in a script that looks like the end of the program around it stays text', async () => {
  const code = 'return "`);}})(host)\u2028" + typeof args';
  const tool = toolOf(skill(scripts('  odd: { run: odd.js, description: x }'), { 'odd.js': code }));
  await using sandbox = createTestSandbox({ tools: new Map([[tool.name, tool]]) });
  expect(said(await sandbox.call(tool.name, {}))).toBe('"`);}})(host)\u2028undefined"');
});

test('the scripts of the shipped skill are tools', () => {
  const names = skillTools(join(import.meta.dirname, '../../../skills/incident-rca')).map(({ name }) => name);
  expect(names).toEqual(['spike', 'deploys', 'leak', 'impact'].map((name) => `incident-rca/${name}`));
});
