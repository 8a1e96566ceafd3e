import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../../src/kernel/types.ts';
import { createClassifier } from '../../../src/policy/classify/classify.ts';
import { skillTools } from '../../../src/sandbox/tools/skill-scripts.ts';
import { caller } from '../../fixtures/ports.ts';
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
  [
    'a script that is no JavaScript',
    'run: scripts/count.py',
    /a script of the isolate is a `.js` file inside the skill; name any other with `file`/,
  ],
  ['a script outside of the skill', 'run: ../other/count.js', /inside the skill/],
  ['a script with an absolute path', 'run: /etc/count.js', /inside the skill/],
  ['a script that is not there', 'run: scripts/none.js', /ENOENT/],
  ['an unknown key', 'run: scripts/count.js\n    grants: [read]', /Unrecognized key/],
  [
    'an argument of no known kind',
    'run: scripts/count.js\n    arguments: { a: { kind: shell, description: x } }',
    /kind/,
  ],
  ['a `.js` file for a container', 'file: scripts/count.js', /a `.js` file runs in the isolate/],
  ['a file outside of the skill', 'file: scripts/../../other/count.py', /a script is a file inside the skill/],
  ['a file with an absolute path', 'file: /etc/passwd', /a script is a file inside the skill/],
  ['the skill itself as a file', 'file: .', /a script is a file inside the skill/],
  ['a file that is not there', 'file: scripts/none.py', /ENOENT/],
  ['a directory as a file', 'file: scripts/directory', /`scripts\/directory` .*not a regular file/],
  ['a file that is a link to elsewhere', 'file: scripts/link.py', /`scripts\/link.py` .*symbolic link/],
  ['a file behind a linked directory', 'file: linked/count.py', /`linked\/count.py` .*symbolic link/],
  ['code that is a link to elsewhere', 'run: scripts/link.js', /`scripts\/link.js` .*symbolic link/],
  ['a file that is too long', 'file: scripts/longer.py', /`scripts\/longer.py` .*longer than/],
  ['files that are too long together', 'file: scripts/count.py\n    with: [scripts/long.py]', /longer than/],
  ['what lies beside it and is outside', 'file: scripts/count.py\n    with: [../key]', /beside a script/],
  ['an interpreter that is no list', 'file: scripts/count.py\n    run: python3', /scripts\.count\.run/],
  ['a word with a NUL', 'file: scripts/count.py\n    run: ["a\\0b"]', /NUL/],
  [
    'an argument for a secret',
    'file: scripts/count.py\n    arguments: { a: { kind: secret, description: x } }',
    /kind/,
  ],
  [
    'a default that is no URL',
    'file: scripts/count.py\n    arguments: { a: { kind: connect, default: nowhere, description: x } }',
    /URL/,
  ],
  [
    'a default that is no path',
    'run: scripts/count.js\n    arguments: { a: { kind: read, default: "", description: x } }',
    /Too small/,
  ],
] as const)('%s is refused, and the file is named', ([what, keys, because]) => {
  const directory = skill(scripts(`  count:\n    description: x\n    ${keys}`), {
    'scripts/count.js': '1',
    'scripts/count.py': '1',
    'scripts/directory/x': '',
  });
  for (const [target, path] of [
    [skill('name: other', { 'count.py': '1' }), 'linked'],
    ['/etc/hostname', 'scripts/link.py'],
    ['count.js', 'scripts/link.js'],
  ] as const)
    symlinkSync(target, join(directory, path));
  for (const [path, bytes] of [
    ['long.py', 8_388_608],
    ['longer.py', 8_388_609],
  ] as const) {
    writeFileSync(join(directory, 'scripts', path), '');
    truncateSync(join(directory, 'scripts', path), bytes);
  }
  if (what === 'no front matter') writeFileSync(join(directory, 'SKILL.md'), '# No front matter');
  expect(() => skillTools(directory)).toThrow(because);
  expect(() => skillTools(directory)).toThrow(/SKILL\.md|(?:scripts|linked)\/\w+/);
});

test('two scripts of one name, and an image without a digest, are refused', () => {
  const twice = scripts('  a: { file: a.py, description: x }\n  a: { file: b.py, description: x }');
  expect(() => skillTools(skill(twice, { 'a.py': '', 'b.py': '' }))).toThrow(/unique/);
  const tagged = `image: debian:12\n${scripts('  a: { file: a.py, description: x }')}`;
  expect(() => skillTools(skill(tagged, { 'a.py': '' }))).toThrow(/by digest/);
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

const report = `image: tools@sha256:${'a'.repeat(64)}
${scripts(`  report:
    file: scripts/report.py
    run: [python3, -I]
    with: [scripts/tables.py]
    description: Reports.
    labels: [private]
    arguments:
      from: { kind: read, description: x }
      to: { kind: write, default: report.md, description: x }
      api: { kind: connect, default: "https://api.test/v1", description: x }
      title: { kind: text, default: "", description: x }`)}`;
const reportFiles = { 'scripts/report.py': 'print(1)', 'scripts/tables.py': '# tables', 'scripts/else.py': '# else' };

test('a script that is no JavaScript is a tool of the container, with its bytes, its effects and nothing else', () => {
  const tool = toolOf(skill(report, reportFiles));
  expect(tool).toMatchObject({
    name: 'logs/report',
    sandbox: 'container',
    labels: ['private'],
    effects: [
      { kind: 'read', argument: 'from' },
      { kind: 'write', argument: 'to' },
      { kind: 'connect', argument: 'api', methodArgument: '' },
    ],
  });
  expect(tool.program).toEqual({
    run: ['python3', '-I'],
    file: 'scripts/report.py',
    files: [
      { path: 'scripts/report.py', base64: Buffer.from('print(1)').toString('base64') },
      { path: 'scripts/tables.py', base64: Buffer.from('# tables').toString('base64') },
    ],
    image: `tools@sha256:${'a'.repeat(64)}`,
  });
  expect(tool.input.safeParse({ from: 'a', other: 1 }).success).toBe(false);
  expect(tool.input.parse({ from: 'a' })).toEqual({
    from: 'a',
    to: 'report.md',
    api: 'https://api.test/v1',
    title: '',
  });
});

test('one byte of a script, of what lies beside it, of its interpreter or image changed is another tool', async () => {
  const versionOf = async (frontMatter: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const tool = toolOf(skill(frontMatter, files));
    const classifier = createClassifier({ tools: new Map([[tool.name, tool]]), privateDirectories: [] });
    const call = { id: 'c', tool: tool.name, args: { from: 'a' } };
    const found = await classifier.classify(call, { ...caller, workspace: root });
    return found.kind === 'understood' ? found.action.toolVersion : found.because;
  };
  const versions = [
    await versionOf(report, reportFiles),
    await versionOf(report, { ...reportFiles, 'scripts/report.py': 'print(2)' }),
    await versionOf(report, { ...reportFiles, 'scripts/tables.py': '# Tables' }),
    await versionOf(report.replace('-I', '-E'), reportFiles),
    await versionOf(report.replace('aaa', 'aab'), reportFiles),
  ];
  expect(new Set(versions).size).toBe(5);
  expect(versions).toEqual(versions.map(() => expect.stringMatching(/^sha256:/)));
  expect(await versionOf(report, { ...reportFiles, 'scripts/else.py': '# other' })).toBe(versions[0]);
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
