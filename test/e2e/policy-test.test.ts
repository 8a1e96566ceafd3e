import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

const policy = `policy: p
rules:
  - id: looking
    allow: { run: ["ls *"] }
    because: it only looks
    matches: [ls -la]
  - id: pushing
    ask: { run: ["git push *"] }
    because: it leaves this machine
    matches: [git push origin main]
`;

let place: Place;
let folder: string;

beforeEach(() => {
  place = makePlace();
  place.file('p.yaml', policy);
  folder = join(place.workspace, '..');
});

afterEach(() => place.remove());

const withTest = (cases: string) => place.file('p.test.yaml', `policy: [p.yaml]\ncases:\n${cases}`);

test('a name that leads to no test file is wrong usage, and says what to do', async () => {
  const missing = await place.run(['policy', 'test', join(folder, 'nowhere')]);
  expect(missing).toMatchObject({ code: 64, out: '' });
  expect(missing.err).toContain('give a test file, or a folder with some');
  const none = await place.run(['policy', 'test', folder]);
  expect(none).toMatchObject({ code: 64, out: '' });
  expect(none.err).toContain('could not find a `*.test.yaml` file');
});

test('a call that is not as expected is shown with what came, by which rule, why and where; the exit code is 1', async () => {
  const path = withTest('  - { name: pushing is free, allow: [ls, git push] }\n');
  const { code, out } = await place.run(['policy', 'test', path]);
  expect(code).toBe(1);
  expect(out).toContain(`✗ ${path}  2 calls in 1 case, 1 not as expected`);
  expect(out).toContain('git push\n      should be `allow` but is `ask`\n      pushing: it leaves this machine\n');
  expect(out).toContain(`in "pushing is free", ${path}:3:42`);
});

test('a test file that cannot be used fails beside the others, with its place', async () => {
  withTest('  - { name: a, alow: [ls] }\n');
  place.file('good.test.yaml', 'policy: [p.yaml]\ncases:\n  - { name: a, allow: [ls] }\n');
  const { code, out } = await place.run(['policy', 'test', folder]);
  expect(code).toBe(1);
  expect(out).toContain('good.test.yaml  1 call in 1 case');
  expect(out).toMatch(/p\.test\.yaml:3:16 {2}unknown key `alow`/);
});

test('rules without a test and mutants that survive are told with a hint, and count only if asked for', async () => {
  const path = withTest('  - { name: looking, allow: [ls] }\n');
  const told = await place.run(['policy', 'test', path, '--mutations']);
  expect(told.code).toBe(0);
  expect(told.out).toContain('1 of 2 rules touched, 2 of 4 mutants noticed');
  expect(told.out).toContain('no test touches pushing\n      add a case under `ask`, such as `git push origin main`');
  const strict = await place.run(['policy', 'test', path, '--strict']);
  expect(strict.code).toBe(1);
  withTest('  - { name: looking, allow: [ls], ask: [git push] }\n');
  const good = await place.run(['policy', 'test', path, '--strict', '--mutations']);
  expect(good.code).toBe(0);
  expect(good.out).toContain('2 of 2 rules touched, 4 of 4 mutants noticed');
});

test('reports for machines: JSON on standard output alone, JUnit and SARIF in files', async () => {
  const path = withTest('  - { name: pushing is free, allow: [git push] }\n');
  const [junit, sarif] = [join(folder, 'report.xml'), join(folder, 'report.sarif')];
  const { code, out, err } = await place.run(['policy', 'test', path, '--json', '--junit', junit, '--sarif', sarif]);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(JSON.parse(out)).toMatchObject({
    isGood: false,
    files: [{ kind: 'ran', path, calls: [{ call: 'git push', failure: { expected: 'allow', verdict: 'ask' } }] }],
    policies: [{ policy: 'p', rules: 2, untouched: [{ rule: 'looking' }], mutants: null }],
  });
  expect(readFileSync(junit, 'utf8')).toContain('<testcase classname="pushing is free" name="git push">');
  expect(JSON.parse(readFileSync(sarif, 'utf8'))).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        results: [
          { ruleId: 'test-fails', level: 'error', locations: [{ physicalLocation: { region: { startLine: 3 } } }] },
          { ruleId: 'rule-untested', level: 'warning' },
        ],
      },
    ],
  });
});

test('a report that cannot be written is wrong usage', async () => {
  const path = withTest('  - { name: a, allow: [ls] }\n');
  const { code, err } = await place.run(['policy', 'test', path, '--junit', join(folder, 'no/such/report.xml')]);
  expect(code).toBe(64);
  expect(err).toContain('name a file that can be written');
});

test('without a name the tests beside the policies in use are run', async () => {
  withTest('  - { name: a, allow: [ls], ask: [git push] }\n');
  mkdirSync(place.home, { recursive: true, mode: 0o700 });
  place.file('home/config.yaml', `policies: [${join(folder, 'p.yaml')}]\n`);
  const { code, out } = await place.run(['policy', 'test']);
  expect(code).toBe(0);
  expect(out).toContain('p.test.yaml  2 calls in 1 case');
});
