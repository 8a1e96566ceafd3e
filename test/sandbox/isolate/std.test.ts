import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { csvLibrary } from '../../../src/sandbox/isolate/std/csv.ts';
import { diffLibrary } from '../../../src/sandbox/isolate/std/diff.ts';
import { jsonLibrary } from '../../../src/sandbox/isolate/std/json.ts';
import { pathLibrary } from '../../../src/sandbox/isolate/std/path.ts';
import { type Std, stdSources } from '../../../src/sandbox/isolate/std/sources.ts';
import { textLibrary } from '../../../src/sandbox/isolate/std/text.ts';
import { timeLibrary } from '../../../src/sandbox/isolate/std/time.ts';
import { createTestSandbox, said } from '../isolate-harness.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const require = createRequire(import.meta.url);
const std: Std = {
  text: textLibrary(),
  json: jsonLibrary(),
  csv: csvLibrary(require('papaparse')),
  time: timeLibrary(),
  path: pathLibrary(),
  diff: diffLibrary(require('diff')),
};

const outcomeOf = `(work) => { try { return work(); } catch (error) { return error.name + ': ' + error.message; } }`;
/** What an expression over `std` gives, or the error it throws, as JSON. */
const here = (expression: string): unknown =>
  JSON.parse(JSON.stringify(new Function('std', `return (${outcomeOf})(() => (${expression}))`)(std)) ?? 'null');

/** The same inside an isolate, all in one call. */
const inside = async (expressions: readonly string[]): Promise<unknown> => {
  const works = expressions.map((expression) => `(${outcomeOf})(() => (${expression})) ?? null`);
  const text = said(await sandbox.call('js', { code: `return [${works.join(',\n')}]`, input: null }));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const cases: Readonly<Record<keyof Std, readonly (readonly [expression: string, value: unknown])[]>> = {
  text: [
    [`std.text.fill('{a} {b}', { a: 1 })`, 'Error: could not fill the template: there is no value `b`'],
    [`std.text.fill('{toString}', {})`, 'Error: could not fill the template: there is no value `toString`'],
    [`std.text.fill('{a}{{b}} {a}', { a: '$&' })`, '$&{b} $&'],
    [`std.text.lines('a\\r\\nb\\n\\nc\\n')`, ['a', 'b', '', 'c']],
    [`std.text.lines('')`, []],
    [`std.text.words('  a\\tb\\n c ')`, ['a', 'b', 'c']],
    [`std.text.dedent('    a\\n      b\\n\\n    c')`, 'a\n  b\n\nc'],
    [`std.text.indent('a\\n\\n  b', '> ')`, '> a\n\n>   b'],
    [`std.text.truncate('abcdef', 4)`, 'abc…'],
    [`std.text.truncate('abcd', 4)`, 'abcd'],
    [`std.text.truncate('a😀bc', 3)`, 'a…'],
    [`std.text.truncate('abcdef', 0)`, ''],
    [
      `std.text.table([{ a: 1, b: 'x|y' }, { a: null, b: 'p\\nq' }])`,
      '| a | b |\n| --- | --- |\n| 1 | x\\|y |\n|  | p q |',
    ],
  ],
  json: [
    [
      `std.json.parse('{"items": [1, {"name": tru}]}')`,
      'SyntaxError: could not parse the JSON: expected a value, found `t`, at $.items[1].name (line 1, column 24)',
    ],
    [
      `std.json.parse('{\\n "a b": [1 2]}')`,
      'SyntaxError: could not parse the JSON: expected `,` or `]`, found `2`, at $["a b"][0] (line 2, column 12)',
    ],
    [
      `std.json.parse('{"a": 1,}')`,
      'SyntaxError: could not parse the JSON: expected a name in quotes, found `}`, at $ (line 1, column 9)',
    ],
    [
      `std.json.parse('[1, [2')`,
      'SyntaxError: could not parse the JSON: expected `,` or `]`, the text ends, at $[1][0] (line 1, column 7)',
    ],
    [
      `std.json.parse('{} {}')`,
      'SyntaxError: could not parse the JSON: expected nothing, found `{`, at $ (line 1, column 4)',
    ],
    [
      `std.json.parse('')`,
      'SyntaxError: could not parse the JSON: expected a value, the text ends, at $ (line 1, column 1)',
    ],
    [`std.json.parse(' {"a": [1, "x"]} ')`, { a: [1, 'x'] }],
    [
      `std.json.lines('{"a":1}\\n\\noops\\r\\n[2]')`,
      {
        values: [{ a: 1 }, [2]],
        errors: [{ line: 3, because: 'expected a value, found `o`, at $ (line 1, column 1)' }],
      },
    ],
    [`std.json.get({ 'a/b': [{ '~': 7 }] }, '/a~1b/0/~0')`, 7],
    [`std.json.get({ a: [1] }, '/a/01', 'none')`, 'none'],
    [`std.json.get({}, '/toString', 'none')`, 'none'],
    [`std.json.get({ a: 1 }, '')`, { a: 1 }],
    [`std.json.get({}, 'a')`, 'Error: `a` is no JSON pointer: write it as `/items/0/name`, with `~1` for `/`'],
    [`std.json.sorted({ b: [{ d: 1, c: 2 }], a: 'x' })`, '{"a":"x","b":[{"c":2,"d":1}]}'],
  ],
  csv: [
    [`std.csv.parse('a,a\\n1,2')`, 'Error: could not read the CSV: two columns are called `a`'],
    [`std.csv.parse('a,b\\n1,2\\n3')`, 'Error: could not read the CSV at row 3: it has 1 fields, the first row has 2'],
    [`std.csv.parse('a,b\\n"1,2')`, 'Error: could not read the CSV at row 2: Quoted field unterminated'],
    [`std.csv.parse('a,__proto__\\r\\n"1\\n""x""",2\\r\\n')[0].a`, '1\n"x"'],
    [`Object.keys(std.csv.parse('a,__proto__\\n1,2')[0])`, ['a', '__proto__']],
    [
      `std.csv.rows('a;b\\n1;2', { delimiter: ';' })`,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [`std.csv.parse('')`, []],
    [`std.csv.stringify([{ a: 'x,"y"', b: 1 }, { b: null }])`, 'a,b\n"x,""y""",1\n,\n'],
  ],
  time: [
    [`std.time.parse('2026-02-30')`, 'RangeError: `2026-02-30` is no instant: there is no such day or time'],
    [
      `std.time.parse('2026-01-01T24:00Z')`,
      'RangeError: `2026-01-01T24:00Z` is no instant: there is no such day or time',
    ],
    [`std.time.parse('yesterday')`, 'RangeError: `yesterday` is no instant: write it as `2026-11-19T12:41:00Z`'],
    [`std.time.parse('2026-11-19T12:41:00.123456Z')`, Date.UTC(2026, 10, 19, 12, 41, 0, 123)],
    [`std.time.parse('2026-11-19 12:41:00+02:30')`, Date.UTC(2026, 10, 19, 10, 11)],
    [`std.time.parse('2026-11-19T12:41')`, Date.UTC(2026, 10, 19, 12, 41)],
    [`std.time.iso(std.time.parse('2026-11-19'))`, '2026-11-19T00:00:00Z'],
    [`std.time.duration('soon')`, 'RangeError: `soon` is no duration: write it as `1h30m` or `250ms`'],
    [`std.time.duration('1h 30')`, 'RangeError: `1h 30` is no duration: write it as `1h30m` or `250ms`'],
    [`std.time.duration('1h30m') === std.time.duration('PT1H30M')`, true],
    [`std.time.duration('1.5s')`, 1_500],
    [`std.time.spell(90061001)`, '1d 1h 1m 1s 1ms'],
    [`std.time.spell(-1500)`, '-1s 500ms'],
    [`std.time.spell(0)`, '0ms'],
    [`std.time.range(0, 1e12, 1)`, 'RangeError: 1000000000000 steps are more than 100000: take longer ones'],
    [`std.time.range(90, 250, 100)`, [0, 100, 200]],
    [`std.time.floor(1, 0)`, 'RangeError: a step has to be longer than 0 ms, not 0'],
  ],
  path: [
    [`std.path.relative('/a', 'b')`, 'Error: could not relate `/a` and `b`: only one of them is absolute'],
    [`std.path.relative('../a', 'b')`, 'Error: could not relate `../a` and `b`: nobody knows what lies above `..`'],
    [`std.path.isWithin('logs/../../etc', 'logs')`, false],
    [`std.path.isWithin('logs2/a', 'logs')`, false],
    [`std.path.isWithin('../x', '.')`, false],
    [`std.path.isWithin('logs/a/../b', './logs')`, true],
    [`std.path.join('a', '..', '..', 'b')`, '../b'],
    [`std.path.join('/a', '../../b/')`, '/b'],
    [`std.path.join()`, '.'],
    [`std.path.relative('/a/b', '/a/c/d')`, '../c/d'],
    [`['/a/b.tar.gz', 'a', '/', '/a', '.env', 'a.'].map(std.path.dirname)`, ['/a', '.', '/', '/', '.', '.']],
    [
      `['/a/b.tar.gz', '/a/', '.env', 'a.'].map((p) => std.path.basename(p) + '|' + std.path.extname(p))`,
      ['b.tar.gz|.gz', 'a|', '.env|', 'a.|.'],
    ],
    [`std.path.basename('/a/b.log', '.log')`, 'b'],
  ],
  diff: [
    [
      `std.diff.apply('other\\n', std.diff.unified('a\\n', 'b\\n'))`,
      'Error: could not apply the diff: it does not fit this text',
    ],
    [`std.diff.unified('same', 'same')`, ''],
    [
      `std.diff.unified('a\\nb\\nc\\n', 'a\\nB\\nc\\n', { from: 'x', to: 'y', context: 0 })`,
      '--- x\n+++ y\n@@ -2,1 +2,1 @@\n-b\n+B\n',
    ],
    [
      `std.diff.lines('a\\nb\\n', 'a\\nc\\n')`,
      [
        { kind: 'same', text: 'a\n', lines: 1 },
        { kind: 'removed', text: 'b\n', lines: 1 },
        { kind: 'added', text: 'c\n', lines: 1 },
      ],
    ],
  ],
};

describe.each(Object.entries(cases))('std.%s', (_name, expected) => {
  test('says what it cannot do, and does the rest, as a module and inside an isolate', async () => {
    const expressions = expected.map(([expression]) => expression);
    const values = expected.map(([, value]) => value);
    expect(expressions.map(here)).toEqual(values);
    expect(await inside(expressions)).toEqual(values);
  });
});

test('everything that std offers is a function that a guest cannot change, add to or take away', async () => {
  const code = `const tried = [];
    for (const [where, key, value] of [[globalThis, 'std', 1], [std, 'text', 1], [std, 'more', 1], [std.text, 'lines', 1], [std.diff, 'more', 1], [std.csv.parse, 'call', 1]])
      tried.push(Reflect.set(where, key, value), Reflect.deleteProperty(where, key) && key !== 'more' && key !== 'call');
    return [tried.some(Boolean), Object.keys(std), ...Object.keys(std).map((name) => Object.keys(std[name]))];`;
  const outcome = JSON.parse(said(await sandbox.call('js', { code, input: null })));
  expect(outcome).toEqual([false, Object.keys(std), ...Object.values(std).map((library) => Object.keys(library))]);
});

test('the docs name every function of std, and none that is not there', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/tools.md'), 'utf8');
  const named = new Set(docs.match(/std\.\w+\.\w+(?=\()/g));
  const there = Object.entries(std).flatMap(([name, library]) =>
    Object.keys(library).map((key) => `std.${name}.${key}`),
  );
  expect([...named].sort()).toEqual(there.sort());
});

test('the texts that go into an isolate are three for each library', () => {
  const papaparse = readFileSync(require.resolve('papaparse'), 'utf8');
  expect(stdSources({ papaparse, diff: '' })).toHaveLength(3 * Object.keys(std).length);
});

test('what csv writes it reads back', () => {
  const record = fc.record({
    a: fc.string({ unit: 'grapheme' }),
    'b "c"': fc.string({ unit: 'grapheme', minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), (records) => {
      expect(std.csv.parse(std.csv.stringify(records))).toEqual(records);
    }),
  );
});

test('json refuses exactly what the engine refuses, and always says where', () => {
  const near = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'{}[],:"\\ 01-.eE+tfn\n'.split(''), 'true', 'null', '"a"', '"\\u00e9"') }),
    fc.json().chain((text) => fc.nat({ max: text.length }).map((cut) => text.slice(0, cut))),
    fc.json(),
  );
  fc.assert(
    fc.property(near, (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      if (isJson) expect(std.json.parse(text)).toEqual(JSON.parse(text));
      else
        expect(() => std.json.parse(text)).toThrow(
          /expected .*, (found|the text ends).* at \$.* \(line \d+, column \d+\)$/s,
        );
    }),
    { numRuns: 500 },
  );
});

test('a diff leads from one text to the other', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '', ' x'), { maxLength: 12 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const runs = std.diff.lines(before, after);
      const without = (kind: string) => runs.flatMap((run) => (run.kind === kind ? [] : [run.text])).join('');
      expect([without('added'), without('removed')]).toEqual([before, after]);
      if (before !== after) expect(std.diff.apply(before, std.diff.unified(before, after))).toBe(after);
    }),
  );
});

test('instants and durations survive being spelled', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
      expect(std.time.parse(std.time.iso(ms))).toBe(ms);
      expect(std.time.duration(std.time.spell(ms))).toBe(ms);
    }),
  );
});
