import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeEffect, quoted, visible } from '../../src/kernel/describe.ts';
import type { Effect } from '../../src/kernel/types.ts';

const own = { standing: 'own' } as const;
const run = (argv: readonly string[], assignments: readonly string[] = []): Effect => ({
  kind: 'run',
  argv,
  assignments,
  spellings: [],
  outside: [],
  ...own,
});

test('what hides, reorders, imitates or breaks a line is written out', () => {
  const cases: [string, string][] = [
    ['\u0000\t\r\n\u001b[2J\u007f', '\\u{0}\\u{9}\\u{d}\\u{a}\\u{1b}[2J\\u{7f}'],
    ['\u0085\u009b\u2028\u2029', '\\u{85}\\u{9b}\\u{2028}\\u{2029}'],
    ['a\u202eb\u2066c\u200fd', 'a\\u{202e}b\\u{2066}c\\u{200f}d'],
    ['a\u200bb\u00adc\ufeffd\u3164e\u2800f', 'a\\u{200b}b\\u{ad}c\\u{feff}d\\u{3164}e\\u{2800}f'],
    ['a\u00a0b\u2003c', 'a\\u{a0}b\\u{2003}c'],
    ['\u{e0072}\u{e006d}\ufe0f', '\\u{e0072}\\u{e006d}\\u{fe0f}'],
    ['pаypal.com', 'p\\u{430}ypal.com'],
    ['сору', '\\u{441}\\u{43e}\\u{440}\\u{443}'],
    ['ＲＭ ｒｍ 𝐫𝐦 ⓡⓜ', '\\u{ff32}\\u{ff2d} \\u{ff52}\\u{ff4d} \\u{1d42b}\\u{1d426} \\u{24e1}\\u{24dc}'],
    ['a∕b⁄c／d', 'a\\u{2215}b\\u{2044}c\\u{ff0f}d'],
    ['“x”; ‐rf −rf', '\\u{201c}x\\u{201d}; \\u{2010}rf \\u{2212}rf'],
    ['e\u0301', 'e\\u{301}'],
    ['שלום', '\\u{5e9}\\u{5dc}\\u{5d5}\\u{5dd}'],
    ['\ud800x', '\\u{d800}x'],
    ['1٣', '1\\u{663}'],
  ];
  for (const [text, shown] of cases) expect(visible(text)).toBe(shown);
});

test('plain words of other languages stay readable', () => {
  for (const text of [
    'Grüße aus Łódź',
    'привет мир',
    'γειά φίλε',
    '日本語のテキスト',
    '한국어',
    'नमस्ते',
    '100 €',
    'ok 😀',
  ]) {
    expect(visible(text)).toBe(text);
  }
});

test('whatever it is given, one line comes out, and nothing is invisible', () => {
  const unseen = /[[\p{C}\p{Z}]--[ ]]/v;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(unseen.test(visible(text) + quoted(text))).toBe(false);
    }),
  );
});

test('different words are never spelled the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      expect(quoted(one) === quoted(other)).toBe(one === other);
    }),
  );
  expect(quoted('\\u{202e}')).not.toBe(quoted('\u202e'));
});

test('each kind of effect has its line', () => {
  const cases: [Effect, string][] = [
    [{ kind: 'tool', name: 'js', ...own }, 'tool js'],
    [run(['git', 'commit', '-m', 'a b', '']), 'run git commit -m "a b" ""'],
    [run(['git', 'push'], ['GIT_DIR=/x y', 'E=']), 'run GIT_DIR="/x y" E="" git push'],
    [{ kind: 'read', path: 'logs/app.log', absolute: '/w/logs/app.log', ...own }, 'read logs/app.log'],
    [{ kind: 'write', path: 'a\nb', absolute: '/w/a\nb', ...own }, 'write "a\\nb"'],
    [
      { kind: 'connect', host: 'x.test', port: 443, method: 'GET', url: 'https://x.test/a', ...own },
      'connect x.test:443 (GET https://x.test/a)',
    ],
    [
      { kind: 'connect', host: '::1', port: 80, method: 'GET', url: 'http://[::1]/?a', ...own },
      'connect "[::1]:80" (GET "http://[::1]/?a")',
    ],
    [{ kind: 'secret', name: 'deploy key', ...own }, 'secret "deploy key"'],
    [{ kind: 'send', channel: 'chat', target: '#ops', ...own }, 'send chat "#ops"'],
    [{ kind: 'opaque', text: '$(x)', why: 'it is computed', ...own }, 'opaque "$(x)" (it is computed)'],
  ];
  for (const [effect, line] of cases) expect(describeEffect(effect)).toBe(line);
});

test('commands that differ are spelled differently', () => {
  const spelled = [
    run(['a', 'b c']),
    run(['a', 'b', 'c']),
    run(['a b', 'c']),
    run(['a', '"b', 'c"']),
    run(['X=1', 'a']),
    run(['a'], ['X=1']),
    run(['a', ''], []),
    run(['a']),
  ].map(describeEffect);
  expect(new Set(spelled).size).toBe(spelled.length);
});
