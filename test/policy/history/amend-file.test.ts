import { expect, test } from 'vitest';
import { spellRule, withException, withLastRule } from '../../../src/policy/history/amend-file.ts';
import { readPolicyFile } from '../../../src/policy/read-policy-file.ts';

const rulesOf = (text: string) => {
  const read = readPolicyFile('p.yaml', text);
  if (read.kind === 'broken') throw new Error(read.problems[0]?.what);
  return read.content.rules;
};

const blocks = `# What it is for.
policy: p
rules:
  # Why this one.
  - id: work
    ask:
      run: ["npm *",
        "git *"]   # of ours
    because: it is a test

  - id: other
    ask: { run: ["ls *"] }
    because: it is a test
`;

const day = '2026-12-31';

const added = {
  id: 'more',
  allow: { run: ['npm test', 'git commit -m "a: b"'] },
  because: 'approved 3 times: by "ann" # and bob',
  expires: '2026-12-31',
};

test('a rule that is not there is no place for an exception, and changes nothing', () => {
  expect(withException(blocks, 'none', ['ls'], day)).toBe(blocks);
});

test('an exception is one more line, and every other line stays as it was', () => {
  const amended = withException(blocks, 'work', ['npm test', 'git add "a b"*'], day);
  expect(rulesOf(amended)[0]?.except).toEqual({ run: ['npm test', 'git add "a b"*'], expires: day });
  const lines = amended.split('\n');
  expect(lines[5]).toMatch(/^ {4}except: /);
  expect(lines.toSpliced(5, 1).join('\n')).toBe(blocks);
});

test('an exception joins those that are there', () => {
  const twice = withException(withException(blocks, 'work', ['npm test'], day), 'work', ['npm ci'], '2027-01-01');
  expect(rulesOf(twice)[0]?.except).toEqual({ run: ['npm test', 'npm ci'], expires: day });
  expect(twice).toContain('# Why this one.');
});

test('a file in one line takes rules and exceptions too', () => {
  const text = 'policy: p\nrules: [{ id: work, ask: { run: ["npm *"] }, because: it is a test }]\n';
  const amended = withLastRule(withException(text, 'work', ['npm test'], day), added);
  expect(rulesOf(amended)).toMatchObject([{ id: 'work', except: { run: ['npm test'], expires: day } }, added]);
  expect(rulesOf(withLastRule('policy: p\nrules: []\n', added))).toEqual([added]);
});

test('a rule is added behind the last one, and means what it meant', () => {
  const amended = withLastRule(blocks, added);
  expect(amended.startsWith(blocks.trimEnd())).toBe(true);
  expect(rulesOf(amended)).toHaveLength(3);
  expect(rulesOf(amended)[2]).toEqual(added);
  expect(spellRule(added).split('\n')).toHaveLength(4);
});

test('exceptions that never end stay so when one joins them', () => {
  const text = blocks.replace(
    '    because: it is a test\n\n',
    '    because: it is a test\n    except: { run: ["npm ci"] }\n\n',
  );
  expect(rulesOf(withException(text, 'work', ['npm test'], day))[0]?.except).toEqual({ run: ['npm ci', 'npm test'] });
});
