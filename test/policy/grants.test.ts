import { expect, test } from 'vitest';
import { compilePathPattern, coversPath } from '../../src/kernel/path-patterns.ts';
import type { Effect } from '../../src/kernel/types.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { exactPathEntry } from '../../src/policy/path-pattern.ts';
import { actionOf, caller, connect, decisionOf, read, run, tool, write } from './situations.ts';

const file = (name: string, rules: string) => ({ path: `${name}.yaml`, text: `policy: ${name}\nrules:\n${rules}` });
const rule = (id: string, body: string) => `  - { id: ${id}, because: it is so, ${body} }\n`;
const make: readonly Effect[] = [tool('exec'), run('make')];
const grantsOf = async (
  files: ReturnType<typeof file>[],
  effects = make,
  sandbox: 'isolate' | 'container' = 'container',
) => (await decisionOf(files, effects, {}, sandbox)).grants;

test('a command gets the workspace read-only and nothing else', async () => {
  expect(await grantsOf([file('one', rule('a', 'allow: { run: ["make"] }'))])).toEqual({
    read: ['.'],
    write: [],
    exceptRead: [],
    exceptWrite: [],
    connect: [],
    secrets: [],
    limits: { wallMs: 60_000, memoryMiB: 512, pids: 128, cpus: 1, outputBytes: 1_048_576 },
  });
});

test('an isolate gets exactly the effects that were allowed', async () => {
  const rules = rule('a', 'allow: { read: ["**"], write: ["**"], connect: ["*"] }');
  const effects = [tool('t'), read('a/b'), write('c'), connect('example.com'), connect('2606::1', 8443)];
  const grants = await grantsOf([file('one', rules)], effects, 'isolate');
  expect(grants).toMatchObject({ read: ['a/b'], write: ['c'], connect: ['[2606::1]:8443', 'example.com:443'] });
});

test('an implied effect grants nothing by itself', async () => {
  const grants = await grantsOf(
    [file('one', rule('a', 'allow: { tool: ["t"], read: ["**"] }'))],
    [tool('t', 'own'), read('a', 'implied')],
    'isolate',
  );
  expect(grants.read).toEqual([]);
});

test('a granted file whose name has glob characters covers itself and no other', () => {
  for (const name of ['a[1].txt', 'a*', 'what?', '[x]/y', 'a\\*b', '**']) {
    const entry = compilePathPattern(exactPathEntry(name), '/w');
    expect(entry(`/w/${name}`), name).toBe(true);
    expect(entry(`/w/${name}/below`), name).toBe(true);
    for (const other of ['/w/a1.txt', '/w/ab', '/w/whatx', '/w/x/y', '/w/z', '/w/a/b'])
      expect(entry(other), `${name} ${other}`).toBe(false);
  }
});

test('what a deny rule closes stays closed inside what is granted', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["."] }') +
    rule('b', 'deny: { read: ["**/.env"], write: ["**/.git/hooks"] }');
  const { exceptRead, exceptWrite } = await grantsOf([file('one', rules)]);
  const closes = (patterns: readonly string[], path: string) =>
    coversPath(
      patterns.map((one) => compilePathPattern(one, '/w')),
      path,
    );
  expect(closes(exceptRead, '/w/app/.env')).toBe(true);
  expect(closes(exceptRead, '/w/src')).toBe(false);
  expect(closes(exceptWrite, '/w/app/.env')).toBe(true);
  expect(closes(exceptWrite, '/w/.git/hooks/pre-commit')).toBe(true);
});

test('a deny rule that begins anywhere also closes what is granted outside, but never the workspace it lies in', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }, grant: { read: ["/srv/data"] }') +
    rule('b', 'deny: { read: ["**/.env", "**/work/**"] }');
  const { exceptRead } = await grantsOf([file('one', rules)]);
  const closes = (path: string) =>
    coversPath(
      exceptRead.map((one) => compilePathPattern(one, '/work/space')),
      path,
    );
  expect(closes('/srv/data/.env')).toBe(true);
  expect(closes('/work/space/work/x')).toBe(true);
  expect(closes('/work/space/src')).toBe(false);
});

test('what an ask rule is about stays closed until this very action asked it', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"], write: ["**"] }, grant: { write: ["."] }') +
    rule('b', 'ask: { write: ["docs/**"] }');
  expect((await grantsOf([file('one', rules)])).exceptWrite).toEqual(['docs/**']);
  expect((await grantsOf([file('one', rules)], [tool('write'), write('docs/a')])).exceptWrite).toEqual([]);
  expect((await grantsOf([file('one', rules)], [tool('write'), write('src/a')])).exceptWrite).toEqual(['docs/**']);
});

test('an ask about everything does not undo a grant that names something, a deny does', async () => {
  const granting = rule('a', 'allow: { run: ["make"] }, grant: { write: ["coverage/**"] }');
  expect((await grantsOf([file('one', granting + rule('b', 'ask: { write: ["**"] }'))])).exceptWrite).toEqual([]);
  expect((await grantsOf([file('one', granting + rule('b', 'deny: { write: ["**"] }'))])).exceptWrite).toContain('**');
});

test('a rule whose condition does not hold closes nothing', async () => {
  const rules =
    rule('a', 'allow: { run: ["make"] }') + rule('b', 'deny: { read: ["x"] }, when: { labels: { all: [untrusted] } }');
  expect((await grantsOf([file('one', rules)])).exceptRead).toEqual([]);
  expect(
    (await decisionOf([file('one', rules)], make, { labels: ['untrusted'] }, 'container')).grants.exceptRead,
  ).toEqual(['x']);
});

test('grants are united within a layer and intersected across layers', async () => {
  const one = file(
    'one',
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["out/**"], connect: ["*.a.com"], secrets: [k] }') +
      rule('b', 'allow: { run: ["mak*"] }, grant: { write: [tmp] }').replace('mak*', 'make *'),
  );
  expect(await grantsOf([one])).toMatchObject({ write: ['out/**', 'tmp'], connect: ['*.a.com'], secrets: ['k'] });
  const two = file(
    'two',
    rule('a', 'allow: { run: ["make"] }, grant: { write: ["out"], connect: ["x.a.com:443", "b.com"], secrets: [k] }'),
  );
  expect(await grantsOf([one, two])).toMatchObject({
    write: ['out', 'out/**'],
    connect: ['x.a.com:443'],
    secrets: ['k'],
  });
  const nothing = file('nothing', rule('a', 'allow: { run: ["make"] }'));
  expect(await grantsOf([one, two, nothing])).toMatchObject({ write: [], connect: [], secrets: [] });
});

test('the smallest stated limit counts, and another layer never raises one', async () => {
  const stated = (id: string, grant: string) => rule(id, `allow: { run: ["make *"] }, grant: { ${grant} }`);
  const one = file('one', stated('a', 'memoryMiB: 2048, wallMs: 600000') + stated('b', 'memoryMiB: 1024'));
  expect((await grantsOf([one])).limits).toMatchObject({ memoryMiB: 1_024, wallMs: 600_000, pids: 128 });
  const silent = file('silent', rule('a', 'allow: { run: ["make"] }'));
  expect((await grantsOf([one, silent])).limits).toMatchObject({ memoryMiB: 512, wallMs: 60_000 });
});

test('a rule that lost grants nothing', async () => {
  const rules = rule('a', 'allow: { run: ["make"] }, grant: { write: ["."] }') + rule('b', 'ask: { run: ["make"] }');
  expect((await grantsOf([file('one', rules)])).write).toEqual([]);
});

test('a private directory inside the workspace is closed to every sandbox', async () => {
  const policy = await loadPolicy([file('one', rule('a', 'allow: { run: ["make"] }'))], {
    privateDirectories: ['/work/space/.sallyport', '/work'],
  });
  const { grants } = policy.decide(actionOf(make, 'container'), caller(), { now: 0, used: [] });
  expect(grants.exceptRead).toEqual(['/work/space/.sallyport']);
  expect(grants.exceptWrite).toEqual(['/work/space/.sallyport']);
});
