import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { junitText } from '../../../src/policy/report/junit.ts';

const nasty = 'a & b <c> "d" \'e\' ]]> \u0000\u001b[31m \ud800 \ufffe\n\ttab';

/** Reads XML with a parser that was not made for this: Python's, which refuses what is not well formed. */
function readXml(text: string): unknown {
  const script = `import sys, json, xml.etree.ElementTree as e
def walk(x): return [x.tag, x.attrib, (x.text or '').strip(), [walk(y) for y in x]]
print(json.dumps(walk(e.fromstring(sys.stdin.buffer.read()))))`;
  return JSON.parse(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }));
}

test('whatever the text, the report is well-formed XML that says it', () => {
  const text = junitText([
    {
      name: nasty,
      seconds: 1.5,
      cases: [{ className: nasty, name: nasty, failure: { message: nasty, details: nasty } }],
    },
  ]);
  const spelled = 'a & b <c> "d" \'e\' ]]> \\u{0}\\u{1b}[31m \ufffd \\u{fffe}\n\ttab';
  const counts = { tests: '1', failures: '1', errors: '0', time: '1.500' };
  expect(readXml(text)).toEqual([
    'testsuites',
    { name: 'policy test', ...counts },
    '',
    [
      [
        'testsuite',
        { name: spelled, ...counts },
        '',
        [['testcase', { classname: spelled, name: spelled }, '', [['failure', { message: spelled }, spelled, []]]]],
      ],
    ],
  ]);
});

test('what passed is there, without a failure', () => {
  const cases = [{ className: 'c', name: 'n', failure: null }];
  expect(readXml(junitText([{ name: 's', seconds: 0, cases }]))).toMatchObject([
    'testsuites',
    { tests: '1', failures: '0' },
    '',
    [['testsuite', {}, '', [['testcase', { name: 'n' }, '', []]]]],
  ]);
  expect(readXml(junitText([]))).toMatchObject(['testsuites', { tests: '0' }, '', []]);
});
