// What a load refuses, each with its place in the file.

import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPlaybook } from '../../../src/models/playbook/load-playbook.ts';
import { folderWith, playbookFrom, problemsOf } from './playbook-from.ts';

const refusals: readonly (readonly [title: string, yaml: string, ...problems: string[]])[] = [
  ['an empty file', '', 'playbook.yaml:1:1: invalid input: expected object, received null'],
  ['broken YAML', 'playbook: p\nturns: [', 'playbook.yaml:2:9: not valid YAML: Flow sequence'],
  ['a key twice', 'playbook: p\nplaybook: q\nturns: []', 'playbook.yaml:2:1: not valid YAML: Map keys must be unique'],
  [
    'an alias',
    'playbook: p\nturns: [&a { id: x, say: y }, *a]',
    'playbook.yaml:2:12: anchors (`&name`) are not read',
    'playbook.yaml:2:31: aliases (`*name`) are not read',
  ],
  [
    'two documents',
    'playbook: p\n---\nplaybook: q\n',
    'playbook.yaml:2:1: not valid YAML: Source contains multiple documents',
  ],
  ['data without end', `playbook: ${'['.repeat(9_000)}${']'.repeat(9_000)}`, 'the file is nested too deeply'],
  [
    'a key that would vanish',
    'playbook: p\n__proto__: { turns: [] }\n',
    'playbook.yaml:2:1: a key cannot be `__proto__`',
  ],
  [
    'a number that is none',
    'playbook: p\nturns: [{ id: a, calls: [{ id: c, tool: x, args: [.nan] }] }]\n',
    'received NaN',
  ],
  [
    'an unknown key',
    'playbook: p\nturns:\n  - id: a\n    says: x\n',
    'playbook.yaml:4:5: unknown key `says` in `turns[0]`',
  ],
  ['a missing key', 'playbook: p\nturns:\n  - say: x\n', 'playbook.yaml:3:5: key `id` is missing in `turns[0]`'],
  ['a bad name', 'playbook: p\nturns:\n  - id: A_1\n    say: x\n', 'playbook.yaml:3:9: a name is lower-case letters'],
  [
    'an outcome that is none',
    `playbook: p
turns:
  - id: a
    calls: [{ id: c, tool: read }]
    next:
      - when: { call: c, outcome: [refused, denied] }
        go: b
  - id: b
    say: x
`,
    'playbook.yaml:6:45: invalid option: expected one of "ok"|"failed"|"unknown"|"refused" in `turns[0].next[0].when.outcome[1]`',
  ],
  [
    'a condition nobody knows',
    `playbook: p
turns:
  - id: a
    calls: [{ id: c, tool: read }]
    next: [{ when: { call: c, outcom: ok }, go: b }]
  - id: b
    say: x
`,
    'playbook.yaml:5:20: key `outcome` is missing in `turns[0].next[0].when`',
    'playbook.yaml:5:31: unknown key `outcom` in `turns[0].next[0].when`',
  ],
  [
    'two turns of one name',
    'playbook: p\nturns:\n  - { id: a, say: x }\n  - { id: a, say: y }\n',
    'playbook.yaml:4:11: turn `a` is there twice',
  ],
  [
    'two calls of one name',
    'playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: x }, { id: c, tool: y }] }\n  - { id: b, say: x }\n',
    'playbook.yaml:3:48: call `c` is there twice',
  ],
  [
    'a call named message',
    'playbook: p\nturns:\n  - { id: a, calls: [{ id: message, tool: x }] }\n  - { id: b, say: x }\n',
    'playbook.yaml:3:28: a call cannot be named `message`',
  ],
  [
    'a start that is no turn',
    'playbook: p\nstart: z\nturns: [{ id: a, say: x }]\n',
    'playbook.yaml:2:8: there is no turn `z`',
  ],
  [
    'a go to no turn',
    'playbook: p\nturns:\n  - id: a\n    calls: [{ id: c, tool: x }]\n    next: [{ go: nowhere }]\n',
    'playbook.yaml:5:18: there is no turn `nowhere` to go to',
  ],
  [
    'a turn that nothing leads to',
    'playbook: p\nturns:\n  - { id: a, say: x }\n  - { id: b, say: y }\n',
    'playbook.yaml:4:11: nothing leads to turn `b`',
  ],
  [
    'an entry after one that is always taken',
    'playbook: p\nturns:\n  - id: a\n    calls: [{ id: c, tool: x }]\n    next: [{ go: b }, { go: b }]\n  - { id: b, say: y }\n',
    'playbook.yaml:5:23: this entry is never looked at',
  ],
  [
    'calls at the end of the file',
    'playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: x }] }\n',
    'playbook.yaml:3:5: turn `a` has calls but nothing follows it',
  ],
  [
    'a turn that does nothing',
    'playbook: p\nturns:\n  - { id: a }\n',
    'playbook.yaml:3:5: turn `a` needs `say` or `calls`',
  ],
  [
    'a last word that goes on',
    'playbook: p\nturns:\n  - { id: a, say: x, next: [{ go: a }] }\n',
    'playbook.yaml:3:28: turn `a` has no `calls`, so it is the last word: `next` means nothing',
  ],
  [
    'a call that does not exist',
    `playbook: p\nturns:\n  - id: a\n    say: "\${spike.minute}"\n`,
    'playbook.yaml:4:10: there is no call `spike`',
  ],
  [
    'a result before its call is made',
    `playbook: p\nturns:\n  - { id: a, say: "\${c}", calls: [{ id: c, tool: x }] }\n  - { id: b, say: y }\n`,
    'playbook.yaml:3:19: call `c` is never made before this; it belongs to turn `a`',
  ],
  [
    'a condition on no result',
    'playbook: p\nturns:\n  - id: a\n    calls: [{ id: c, tool: x }]\n    next: [{ when: { value: c.x, equals: 1 }, go: b }]\n  - { id: b, say: y }\n',
    'playbook.yaml:5:29: `c.x` refers to no result',
  ],
  [
    'a template without end',
    `playbook: p\nturns:\n  - { id: a, say: "x \${message" }\n`,
    'playbook.yaml:3:19: could not read the template: expected `|` or `}`',
  ],
  [
    'a filter nobody knows',
    `playbook: p\nturns:\n  - { id: a, say: "\${message | shout}" }\n`,
    'there is no filter `shout`',
  ],
  [
    'a filter without its value',
    `playbook: p\nturns:\n  - { id: a, say: "\${message | lines}" }\n`,
    '`lines` needs a whole number other than 0',
  ],
  [
    'too many turns of retry',
    'playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: x }], retry: { when: { call: c, outcome: failed }, times: 11 } }\n  - { id: b, say: y }\n',
    'too big: expected number to be <=10',
  ],
];

test.each(refusals)('%s is refused', async (_, yaml, ...expected) => {
  const problems = await problemsOf(yaml);
  expect(problems).toHaveLength(Math.max(1, expected.length));
  for (const [index, problem] of expected.entries()) expect(problems[index]).toContain(problem);
});

test('of very many problems the first are said', async () => {
  const problems = await problemsOf(
    `playbook: p\nturns: [{ id: a, say: x }]\n${Array.from({ length: 500 }, (_, at) => `k${at}: 1\n`).join('')}`,
  );
  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toBe('and 480 more');
});

test('everything that is wrong is said at once, in the order of the file', async () => {
  const problems = await problemsOf(
    `playbook: p\nturns:\n  - { id: a, say: "\${nothing}" }\n  - { id: b, say: "\${neither}" }\n`,
  );
  expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
    'playbook.yaml:3:19',
    'playbook.yaml:4:11',
    'playbook.yaml:4:19',
  ]);
});

test.each([
  ['/etc/hostname', 'must be a path relative to the playbook'],
  ['../../../../../../etc/hostname', 'lies outside'],
  ['nothing.js', 'there is no such file'],
  ['leaves.js', 'lies outside'],
  ['.', 'lies outside'],
  ['sub', 'is not a regular file'],
  ['binary.js', 'it is not UTF-8 text'],
  ['large.js', 'more than the 1048576 allowed'],
  ['', 'must be a path relative to the playbook'],
])('fromFile %j is refused', async (path, because) => {
  const yaml = JSON.stringify({
    playbook: 'p',
    turns: [
      { id: 'a', calls: [{ id: 'c', tool: 'js', args: { code: { fromFile: path } } }] },
      { id: 'b', say: 'x' },
    ],
  });
  const outside = await folderWith({ 'secret.txt': 'secret' });
  const folder = await folderWith({ 'playbook.yaml': yaml, 'large.js': 'x'.repeat(1_048_577) });
  await writeFile(join(folder, 'binary.js'), Buffer.from([0xff, 0xfe, 0x00]));
  await symlink(join(outside, 'secret.txt'), join(folder, 'leaves.js'));
  await mkdir(join(folder, 'sub'));
  await expect(loadPlaybook(join(folder, 'playbook.yaml'))).rejects.toThrow(because);
});

test('fromFile beside other keys is refused', async () => {
  const args = '{ code: { fromFile: a.js, more: 1 } }';
  const yaml = `playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: js, args: ${args} }] }\n  - { id: b, say: x }\n`;
  expect((await problemsOf(yaml, { 'a.js': '1' }))[0]).toContain('`fromFile` takes a path and stands alone');
});

test('fromFile reaches the whole skill folder and not the one above', async () => {
  const script = `return \`\${1}\`;`;
  const yaml = (path: string) =>
    `playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: js, args: { fromFile: ${path} } }] }\n  - { id: b, say: x }\n`;
  const folder = await folderWith({
    'secret.js': '0',
    'skill/SKILL.md': '# a skill',
    'skill/scripts/count.js': script,
    'skill/example/good.yaml': yaml('../scripts/count.js'),
    'skill/example/bad.yaml': yaml('../../secret.js'),
  });
  const playbook = await loadPlaybook(join(folder, 'skill/example/good.yaml'));
  expect(playbook.start.calls[0]?.args).toEqual({ kind: 'constant', value: script });
  await expect(loadPlaybook(join(folder, 'skill/example/bad.yaml'))).rejects.toThrow('lies outside');
});

test('a file that this user may not read, or a folder, is refused with what the matter is', async () => {
  const folder = await folderWith({ 'p.yaml': 'x' });
  await expect(loadPlaybook(folder)).rejects.toThrow('not a regular file');
  await expect(loadPlaybook(join(folder, 'q.yaml'))).rejects.toThrow('there is no such file');
  await chmod(join(folder, 'p.yaml'), 0o600);
  await writeFile(join(folder, 'p.yaml'), `# ${'x'.repeat(262_144)}`);
  await expect(loadPlaybook(join(folder, 'p.yaml'))).rejects.toThrow('more than the 262144 allowed');
});

test('a playbook of the smallest kind loads', async () => {
  const playbook = await playbookFrom('playbook: tiny\nturns: [{ id: only, say: Hello. }]\n');
  expect(playbook).toMatchObject({ name: 'tiny', turnsMax: 50 });
});
