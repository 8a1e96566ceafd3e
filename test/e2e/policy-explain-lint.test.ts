import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

const policyText = `policy: e2e
rules:
  - id: look
    allow: { read: ["**"], run: ["git status *"] }
    because: looking is harmless
    matches: ["git status"]
    doesNotMatch: ["git push"]
  - id: remote
    allow: { run: ["ssh web *"] }
    because: the web server is ours
    matches: ["ssh web uptime"]
    doesNotMatch: ["ssh db uptime"]
  - id: no-secrets
    deny: { read: ["**/.env"] }
    because: it holds secrets
    matches: [".env"]
    doesNotMatch: ["a.txt"]
`;

const whenText = `policy: when
rules:
  - id: look
    allow: { run: ["git status *"] }
    because: looking is harmless
    when: { roles: [oncall], time: { days: [mon] } }
`;

let place: Place;
let policy: string;
beforeAll(() => {
  place = makePlace();
  mkdirSync(place.workspace);
  policy = place.file('policy.yaml', policyText);
});
afterAll(() => place.remove());

const explained = (...args: readonly string[]) =>
  place.run(['policy', 'explain', '--policy', policy, '--workspace', place.workspace, ...args]);

test('what is no call, no time or no file is a wrong command line', async () => {
  for (const [args, because] of [
    [[], 'give a tool and its arguments'],
    [['read', '{'], 'write JSON'],
    [['read', '{}', '--command', 'ls'], 'give either'],
    [['--command', 'ls', '--at', 'soon'], 'could not read the time `soon`'],
  ] as const) {
    const { code, err } = await explained(...args);
    expect([code, err], because).toEqual([64, expect.stringContaining(because)]);
  }
  expect((await place.run(['policy', 'lint', join(place.workspace, 'none.yaml')])).code).toBe(64);
});

test('a call that cannot be understood is explained as that', async () => {
  const { code, out } = await explained('--json', '--command', "ls 'open");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ verdict: 'deny', because: expect.stringContaining('could not understand') });
});

test('a refusal is explained with the part of the command, the place of each rule and the rule that would allow it', async () => {
  const { out, code } = await explained('--command', 'cat .env && frob x');
  expect(code).toBe(0);
  expect(out).toContain('  cat .env && frob x\n  ~~~~~~~~');
  expect(out).toContain('\n              ~~~~~~ ');
  expect(out).toMatch(/✖ deny {2}no-secrets +read: \*\*\/\.env .*policy\.yaml:13/);
  expect(out).toContain('  - id: allow-cat-env\n    allow: { run: ["cat .env", "frob x"] }');
  expect(out).not.toContain('\u001b');
});

test('who asks and when can be said, and counts', async () => {
  const ask = [
    '--json',
    '--command',
    'git status',
    '--at',
    '2026-11-23T12:00:00Z',
    '--policy',
    place.file('when.yaml', whenText),
  ];
  const told = JSON.parse(
    (
      await place.run([
        'policy',
        'explain',
        '--workspace',
        place.workspace,
        ...ask,
        '--sender',
        'ann',
        '--role',
        'oncall',
      ])
    ).out,
  );
  expect(told).toMatchObject({ verdict: 'allow', advice: [] });
  expect(told.effects.at(-1)).toMatchObject({
    span: { start: 0, end: 10 },
    layers: [{ verdict: 'allow', looked: [{ rule: 'look', line: 3 }] }],
  });

  const other = JSON.parse(
    (await place.run(['policy', 'explain', '--workspace', place.workspace, ...ask, '--sender', 'ann'])).out,
  );
  expect(other.verdict).toBe('deny');
  expect(other.effects.at(-1).layers[0].looked[0]).toMatchObject({
    standing: 'not-now',
    why: expect.stringContaining('when.roles'),
  });
});

test('lint says what is wrong with place and fix, writes SARIF, and its exit code says whether there are errors', async () => {
  const sarif = join(place.workspace, 'lint.sarif');
  const { code, out } = await place.run(['policy', 'lint', policy, '--sarif', sarif]);
  expect(code).toBe(1);
  expect(out).toContain('9:20  error runs-anything  remote');
  expect(out).toContain('Fix: write the program that shall run into the pattern');
  const [{ results }] = JSON.parse(readFileSync(sarif, 'utf8')).runs;
  expect(results).toContainEqual(expect.objectContaining({ ruleId: 'runs-anything', level: 'error' }));

  const good = place.file('good.yaml', policyText.replace('ssh web *', 'ssh web uptime'));
  const clean = await place.run(['policy', 'lint', good, '--json']);
  expect(clean.code).toBe(0);
  expect(JSON.parse(clean.out)).toMatchObject({ isClean: true, files: [good] });
});
