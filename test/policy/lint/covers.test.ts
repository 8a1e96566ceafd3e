import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/kernel/types.ts';
import { compileRule } from '../../../src/policy/compile-rule.ts';
import { covers, type Reach } from '../../../src/policy/lint/covers.ts';
import { type EffectKind, writtenPattern } from '../../../src/policy/lint/patterns-of.ts';
import { indexRules } from '../../../src/policy/rule-index.ts';
import { connect, read, run, secret } from '../situations.ts';

/** What a rule with this pattern alone makes of an effect; undefined if there can be no such rule. */
function readingOf(verdict: 'allow' | 'deny', kind: EffectKind, text: string) {
  const source = { id: 'r', because: 'so', [verdict]: { [kind]: [text] } };
  const compiled = compileRule(source, 'p', (_keys, what) => ({ path: '', line: 1, column: 1, rule: 'r', what }));
  if (compiled.kind === 'broken') return undefined;
  const find = indexRules([compiled.rule]);
  return (effect: Effect): boolean => {
    let isSeen = false;
    find(effect, () => {
      isSeen = true;
    });
    return isSeen;
  };
}

const readings = { opens: ['allow', 'allow'], shuts: ['deny', 'allow'], closes: ['deny', 'deny'] } as const;
const reach = fc.constantFrom<Reach>('opens', 'shuts', 'closes');

/** Asserts that a claim holds for all these effects, and answers how many effects put it to the test. */
function heldBy(kind: EffectKind, outer: string, inner: string, how: Reach, effects: readonly Effect[]): number {
  const [outerVerdict, innerVerdict] = readings[how];
  const wide = readingOf(outerVerdict, kind, outer);
  const narrow = readingOf(innerVerdict, kind, inner);
  if (wide === undefined || narrow === undefined) return 0;
  if (!covers(writtenPattern(kind, outer, []), writtenPattern(kind, inner, []), how)) return 0;
  const seen = effects.filter(narrow);
  const missed = seen.filter((effect) => !wide(effect));
  expect(missed, `\`${outer}\` ${how} \`${inner}\``).toEqual([]);
  return seen.length;
}

const words = [
  'git',
  'kubectl',
  'env',
  'cat',
  'push',
  'get',
  'pods',
  'origin',
  '-n',
  'prod',
  '-f',
  '-fx',
  '--all',
  'a.log',
  'logs/a',
];
const stars = [
  '*',
  'p*',
  'logs/*',
  'logs/**',
  '-*',
  '*o*',
  '/srv/*',
  '/srv/a',
  '~/x',
  '..',
  'x/../push',
  '\\*',
  '"a b"',
  'A=1',
  'A=*',
];
const runPattern = fc
  .array(fc.constantFrom(...words, ...stars), { minLength: 1, maxLength: 5 })
  .map((some) => some.join(' '));
const closeTo = (text: string) =>
  fc.tuple(fc.nat(5), fc.constantFrom('*', ...words)).map(([at, word]) =>
    text
      .split(' ')
      .slice(0, at + 1)
      .map((one, index) => (index === at ? word : one))
      .join(' '),
  );
const argv = fc.array(
  fc.constantFrom(...words, '/srv/a', '/srv/b', 'logs/b', '~/x', 'x/../push', '*', 'a b', './a.log'),
  { minLength: 1, maxLength: 7 },
);
const runEffect = fc
  .record({
    argv,
    spelling: fc.option(argv, { nil: undefined }),
    prefix: fc.constantFrom<readonly string[]>([], [], ['env'], ['sudo']),
    assignment: fc.constantFrom<readonly string[]>([], [], [], ['A=1']),
  })
  .map(({ argv: some, spelling, prefix, assignment }) => ({
    ...run(some.join(' ')),
    argv: some,
    assignments: assignment,
    spellings: [...(spelling === undefined ? [] : [spelling]), ...(prefix.length === 0 ? [] : [[...prefix, ...some]])],
    outside: some.filter((word) => /^[/~]|\.\.\//.test(word)),
  }));

/** Effects that the pattern is likely to see: its own words, with more of them here and there. */
const effectsNear = (pattern: string) =>
  fc.array(
    fc
      .tuple(runEffect, fc.boolean(), fc.array(fc.constantFrom(...words, '/srv/a'), { maxLength: 3 }), fc.nat(6))
      .map(([effect, isNear, more, at]) => {
        if (!isNear) return effect;
        const own = pattern
          .split(' ')
          .filter((word) => !/^A=/.test(word))
          .map((word) => word.replaceAll('*', 'a').replaceAll('"', ''));
        own.splice(at, 0, ...more);
        return {
          ...effect,
          argv: own,
          spellings: effect.spellings.slice(0, 1),
          outside: own.filter((word) => /^[/~]/.test(word)),
        };
      }),
    { minLength: 10, maxLength: 30 },
  );

test('a run pattern that is said to reach as far as another sees all that the other sees', () => {
  let tested = 0;
  fc.assert(
    fc.property(
      runPattern.chain((inner) =>
        fc.tuple(fc.constant(inner), fc.oneof(closeTo(inner), runPattern), effectsNear(inner)),
      ),
      reach,
      ([inner, outer, effects], how) => {
        tested += heldBy('run', outer, inner, how, effects);
      },
    ),
    { numRuns: 4_000 },
  );
  expect(tested).toBeGreaterThan(1_000);
});

const names = ['.env', 'src', 'a', 'B', '*', '**', '*.pem', 'x?', '[ab]', '{a,src}'];
const pathPattern = fc
  .tuple(
    fc.constantFrom('', '', '', '/srv/', '**/'),
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  )
  .map(([start, some]) => start + some.join('/'));
const paths = [
  '.',
  'a',
  'A',
  'b',
  'src',
  'SRC',
  'src/a',
  'src/.env',
  '.env',
  '.env/x',
  'src/a/.env/x',
  'x.pem',
  'src/x.PEM',
  'a/x.pem/y',
  'xy',
  'xY/B',
  '/srv/a',
  '/srv/src/a',
  '/srv/.env',
  '/etc/.env',
  'a/B/src',
  'src/src/src',
];
const pathEffects = paths.map((path) => read(path));

test('a path pattern that is said to reach as far as another sees all that the other sees', () => {
  let tested = 0;
  const nearly = (inner: string) =>
    fc.constantFrom(
      inner,
      `**/${inner}`,
      `${inner}/**`,
      inner.replace(/\/[^/]*$/, ''),
      inner.replace(/^[^/]*\//, '**/'),
      '.',
      '**',
    );
  fc.assert(
    fc.property(
      pathPattern.chain((inner) => fc.tuple(fc.constant(inner), fc.oneof(nearly(inner), pathPattern))),
      reach,
      ([inner, outer], how) => {
        tested += heldBy('read', outer, inner, how, pathEffects);
      },
    ),
    { numRuns: 4_000 },
  );
  expect(tested).toBeGreaterThan(1_000);
});

const connections = [
  '*',
  '*:443',
  'example.com',
  'example.com:443',
  '*.example.com',
  'a.example.com',
  'GET https://example.com/x/*',
  'https://example.com/',
  'https://example.com/x',
  'GET https://*/x',
  '10.0.0.0/8',
  '10.1.2.3',
  'localhost',
];
const connectEffects = ['example.com', 'a.example.com', '10.1.2.3', 'localhost', 'other.org'].flatMap((host) =>
  [443, 80].flatMap((port) =>
    ['GET', 'POST', 'CONNECT'].flatMap((method) =>
      ['/', '/x', '/x/y', '/x/%2e/y'].map((rest) => connect(host, port, method, rest)),
    ),
  ),
);

test('a connect pattern that is said to reach as far as another sees all that the other sees', () => {
  let tested = 0;
  for (const outer of connections) {
    for (const inner of connections) {
      for (const how of ['opens', 'shuts', 'closes'] as const)
        tested += heldBy('connect', outer, inner, how, connectEffects);
    }
  }
  expect(tested).toBeGreaterThan(500);
});

test('a plain wildcard that is said to reach as far as another matches all that the other matches', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '*', '-'), { minLength: 1, maxLength: 5 })
    .map((some) => some.join(''));
  const effects = fc.array(fc.stringMatching(/^[ab-]{1,6}$/).map(secret), { minLength: 10, maxLength: 30 });
  fc.assert(
    fc.property(text, text, effects, reach, (outer, inner, some, how) => {
      heldBy('secret', outer, inner, how, some);
    }),
    { numRuns: 2_000 },
  );
});

const claim = (kind: EffectKind, outer: string, inner: string, how: Reach) =>
  covers(writtenPattern(kind, outer, []), writtenPattern(kind, inner, []), how);

test('what is plain to a reader is known', () => {
  for (const how of ['opens', 'shuts', 'closes'] as const) {
    expect(claim('run', 'git *', 'git push origin', how)).toBe(true);
    expect(claim('run', 'git push *', 'git push --force *', how)).toBe(true);
    expect(claim('run', 'ls *', 'ls', how)).toBe(true);
    expect(claim('read', 'docs', 'docs/a.md', how)).toBe(true);
    expect(claim('read', '**', 'docs/**/*.md', how)).toBe(true);
    expect(claim('read', '**/*.pem', 'certs/*.pem', how)).toBe(true);
    expect(claim('connect', '*.example.com', 'a.example.com:443', how)).toBe(true);
    expect(claim('secret', 'github-*', 'github-token', how)).toBe(true);
  }
  expect(claim('connect', '*', 'localhost', 'shuts')).toBe(true);
});

test('what is not certain is not claimed', () => {
  expect(claim('run', 'git push *', 'git *', 'shuts')).toBe(false);
  expect(claim('run', 'git push', 'git push origin', 'shuts')).toBe(false);
  expect(claim('run', 'cat *', 'cat /etc/passwd', 'opens')).toBe(false);
  expect(claim('run', 'kubectl get pods -n *', 'kubectl get pods -n prod', 'shuts')).toBe(false);
  expect(claim('run', 'cat logs/**', 'cat logs/**', 'shuts')).toBe(false);
  expect(claim('run', 'ls -* *', 'ls -l *', 'closes')).toBe(false);
  expect(claim('run', 'sudo *', 'sudo systemctl status *', 'opens')).toBe(false);
  expect(claim('read', 'docs/*', 'docs/**', 'opens')).toBe(false);
  expect(claim('read', '**/.env', '.env', 'opens')).toBe(false);
  expect(claim('read', '**', '/srv/x', 'shuts')).toBe(false);
  expect(claim('connect', '*', 'localhost', 'opens')).toBe(false);
  expect(claim('connect', 'example.com', '*.example.com', 'shuts')).toBe(false);
});
