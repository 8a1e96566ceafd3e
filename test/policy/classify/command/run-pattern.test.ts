import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEffect } from '../../../../src/kernel/types.ts';
import { compileRunPattern, type RunPattern } from '../../../../src/policy/classify/command/run-pattern.ts';

const run = (argv: readonly string[], more: Partial<RunEffect> = {}): RunEffect => ({
  kind: 'run',
  argv,
  assignments: [],
  spellings: [],
  outside: [],
  standing: 'own',
  ...more,
});

function pattern(text: string): RunPattern {
  const compiled = compileRunPattern(text);
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled;
}

const allows = (text: string, argv: string, more: Partial<RunEffect> = {}): boolean =>
  pattern(text).allows(run(argv.split(' '), more));
const catches = (text: string, argv: string, more: Partial<RunEffect> = {}): boolean =>
  pattern(text).catches(run(argv.split(' '), more));

test.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['!git *', '`!`'],
  ['#git', '`#`'],
  ['git "status', 'not closed'],
  ['git status; ls', '`;`'],
  ['git status | sh', '`|`'],
  ['echo $(id)', '`(`'],
  ['A=1', 'only has assignments'],
  ['git\tstatus', 'tab'],
  ['git\u202estatus', 'U+202e'],
  ['git\u00a0status', 'U+00a0'],
])('pattern %j is an error that says %s', (text, says) => {
  const compiled = compileRunPattern(text);
  expect('error' in compiled ? compiled.error : '').toContain(says);
});

test.each([
  ['git status', 'git status -s'],
  ['git status', 'git'],
  ['git status *', 'git push'],
  ['git status', 'git -C x status -s'],
  ['git status *', 'git -c core.pager=id status'],
  ['git status *', 'git --git-dir=x status'],
  ['git status *', 'git -C x push'],
  ['git status*', 'git stash'],
  ['git push origin main*', 'git push origin main --force'],
  ['cat logs*', 'cat logs x'],
  ['cat logs/**', 'cat logs/a -v'],
  ['cat logs/**', 'cat logs/a .env'],
  ['cat logs/**', 'cat'],
  ['cat logs/**', 'cat ./logs/../.env'],
  ['kubectl get pods', 'kubectl -n prod get pods'],
  ['kubectl get *', 'kubectl --kubeconfig x get pods'],
  ['git status', './git status'],
  ['rm -r', 'rm ./-r'],
  ['git *x y', 'git ax y z'],
  ['cat logs/*', 'cat logs/../secrets'],
  ['cat logs/*', 'cat logs/a logs/b'],
])('%s does not allow %s', (text, argv) => expect(allows(text, argv)).toBe(false));

test.each([
  ['git status', 'git status'],
  ['git status *', 'git status'],
  ['git status *', 'git status -s x'],
  ['git status *', 'git -C x status'],
  ['git status*', 'git status -s'],
  ['git status*', 'git status'],
  ['npm run lint*', 'npm run lint:js -- src'],
  ['kubectl get *', 'kubectl -n prod get pods'],
  ['cat logs/**', 'cat logs/a logs/b/c'],
  ['cat logs/**', 'cat ./logs/a'],
  ['cat logs/**', 'cat /workspace/logs//a'],
  ['bash scripts/build.sh', 'bash ./scripts/build.sh'],
  ['./scripts/build.sh *', 'scripts/build.sh --all'],
  ['npm run lint*', 'npm run lint:fix'],
  ['cat logs/*', 'cat logs/a/b.log'],
  ['*', 'anything at all'],
  ['git log "*"', 'git log x'],
])('%s allows %s', (text, argv) => expect(allows(text, argv)).toBe(true));

test('quotes group a word with spaces, and a quoted star is one word, not any number of them', () => {
  expect(pattern('git commit -m "fix: *"').allows(run(['git', 'commit', '-m', 'fix: a b']))).toBe(true);
  expect(allows('ls "*"', 'ls')).toBe(false);
  expect(allows('ls "*"', 'ls a b')).toBe(false);
});

test('a backslash takes the meaning from a star', () => {
  expect(allows('expr 2 \\* 3', 'expr 2 * 3')).toBe(true);
  expect(allows('expr 2 \\* 3', 'expr 2 + 3')).toBe(false);
});

test('a word outside the workspace is only allowed by a pattern word that is itself rooted', () => {
  expect(allows('cat *', 'cat /etc/passwd', { outside: ['/etc/passwd'] })).toBe(false);
  expect(allows('cat "*"', 'cat /etc/passwd', { outside: ['/etc/passwd'] })).toBe(false);
  expect(allows('cat *c/passwd', 'cat /etc/passwd', { outside: ['/etc/passwd'] })).toBe(false);
  expect(allows('cat /etc/*', 'cat /etc/passwd', { outside: ['/etc/passwd'] })).toBe(true);
  expect(allows('cat /etc/*', 'cat /etc/../root/x', { outside: ['/etc/../root/x'] })).toBe(false);
  expect(allows('grep --file=* x', 'grep --file=/etc/x x', { outside: ['--file=/etc/x'] })).toBe(false);
  expect(allows('grep --file=/etc/* x', 'grep --file=/etc/x x', { outside: ['--file=/etc/x'] })).toBe(true);
  expect(allows('grep --file=/etc/* x', 'grep --file=/etc/../x x', { outside: ['--file=/etc/../x'] })).toBe(false);
});

test('every assignment has to be named by an allow, and only the named value passes', () => {
  const assigned = { assignments: ['NODE_ENV=test'] };
  expect(allows('npm test', 'npm test', assigned)).toBe(false);
  expect(allows('NODE_ENV=test npm test', 'npm test', assigned)).toBe(true);
  expect(allows('NODE_ENV=* npm test', 'npm test', assigned)).toBe(true);
  expect(allows('NODE_ENV=prod npm test', 'npm test', assigned)).toBe(false);
  expect(allows('NODE_ENV=test npm test', 'npm test', { assignments: ['NODE_ENV=test', 'LD_PRELOAD=x'] })).toBe(false);
  expect(allows('"NODE_ENV=test" npm', 'NODE_ENV=test npm')).toBe(true);
});

test('a deny sees every spelling, whatever is assigned and wherever it points', () => {
  const effect = { spellings: [['git', 'push']], assignments: ['A=1'], outside: ['/x'] };
  expect(catches('git push *', 'git -C /x push', effect)).toBe(true);
  expect(allows('git push *', 'git -C /x push', effect)).toBe(false);
});

test('a deny that names an assignment is about commands that have it', () => {
  expect(catches('LD_PRELOAD=* *', 'ls', {})).toBe(false);
  expect(catches('LD_PRELOAD=* *', 'ls', { assignments: ['LD_PRELOAD=/x.so'] })).toBe(true);
});

test.each([
  ['rm -rf *', 'rm -r -f x'],
  ['rm -rf *', 'rm -fr x'],
  ['rm -rf *', 'rm --recursive --force x'],
  ['rm -rf *', 'rm x -rf'],
  ['rm -rf *', 'rm -rfv x'],
  ['git push --force *', 'git push origin main --force'],
  ['git push --force *', 'git push -f'],
  ['kubectl delete *', 'kubectl -n prod delete pod x'],
  ['kubectl delete *', 'kubectl --whatever --context=x delete pod x'],
  ['git push*', 'git push origin main'],
  ['cat logs/**', 'cat ./logs/a'],
  ['git push --force *', 'git push --forc'],
  ['cat /etc/*', 'cat /workspace/../etc/passwd'],
])('a deny on %s catches %s', (text, argv) => expect(catches(text, argv)).toBe(true));

test.each([
  ['rm -rf *', 'rm x'],
  ['rm -rf *', 'rm -r x'],
  ['git push --force *', 'git push origin'],
  ['git push', 'git push origin'],
  ['git push *', 'git status'],
])('a deny on %s does not catch %s', (text, argv) => expect(catches(text, argv)).toBe(false));

test('hostile words are matched in linear time', () => {
  const compiled = pattern(`echo ${'a*'.repeat(500)}b`);
  expect(compiled.allows(run(['echo', 'a'.repeat(1_000_000)]))).toBe(false);
  expect(compiled.catches(run(['echo', 'a'.repeat(1_000_000)]))).toBe(false);
});

test('what an allow covers, a deny with the same pattern catches', () => {
  const word = fc.stringMatching(/^[a-c./*-]{1,6}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.array(word, { minLength: 1, maxLength: 4 }),
      (p, argv) => {
        const compiled = pattern(p.join(' '));
        if (compiled.allows(run(argv))) expect(compiled.catches(run(argv))).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ['sudo *', 'sudo rm x'],
  ['sudo -u * *', 'sudo -u app rm x'],
  ['sudo r* x', 'sudo rm x'],
  ['sudo * x', 'sudo rm x'],
  ['sudo rm x', 'sudo -n rm x'],
  ['rm x y', 'sudo rm x'],
])('%j does not allow the command inside %j', (text, outer) => {
  const effect = run(['rm', 'x'], { spellings: [outer.split(' ')] });
  expect(pattern(text).allows(effect)).toBe(false);
});

test('a rule that spells the command inside another allows it there, within the workspace', () => {
  const inside = { spellings: [['sudo', '-u', 'app', 'rm', 'x']] };
  expect(pattern('sudo -u * rm *').allows(run(['rm', 'x'], inside))).toBe(true);
  expect(pattern('sudo -u app rm x').allows(run(['rm', 'x'], inside))).toBe(true);
  expect(pattern('sudo -u app rm *').allows(run(['rm', 'x'], { ...inside, outside: ['x'] }))).toBe(false);
});
