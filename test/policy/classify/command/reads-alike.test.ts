// The printed form is read a second time unless it is sure to read alike: nothing that a shell could read otherwise is.

import { parse } from 'unbash';
import { expect, test } from 'vitest';
import { readsAlike } from '../../../../src/policy/classify/command/reads-alike.ts';
import { read } from './workspace.ts';

const isAlike = (one: string, other: string): boolean => readsAlike(parse(one), parse(other));

test.each([
  ['another word', 'git status', "'git' 'stash'"],
  ['another program', 'ls a', "'rm' 'a'"],
  ['a word more', 'git status', "'git' 'status' '-s'"],
  ['a word less', 'git status -s', "'git' 'status'"],
  ['a word that became two', "rm 'a b'", "'rm' 'a' 'b'"],
  ['an empty word less', "ls ''", "'ls'"],
  ['wildcards', 'ls *', "'ls' '*'"],
  ['wildcards inside a word', 'ls a[bc]', "'ls' 'a[bc]'"],
  ['braces', 'ls {a,b}', "'ls' '{a,b}'"],
  ['a tilde', 'ls ~', "'ls' '~'"],
  ['a tilde before quotes', "ls ~'/a'", "'ls' '~/a'"],
  ['a tilde inside a word', "ls a:~'/b'", "'ls' 'a:~/b'"],
  ['a variable', 'ls $x', "'ls' '$x'"],
  ['a variable in quotes', 'ls "$x"', "'ls' '$x'"],
  ['a substitution', 'ls $(pwd)', "'ls' '$(pwd)'"],
  ['a substitution in quotes', 'ls "`pwd`"', "'ls' '`pwd`'"],
  ['quotes of bash alone', "ls $'a'", "'ls' 'a'"],
  ['an assignment', 'x=1 ls', "'ls'"],
  ['an assignment that became a word', 'x=1 ls', "'x=1' 'ls'"],
  ['an assignment alone', 'x=1', 'x=1'],
  ['a declaration', 'export x=1', "'export' 'x=1'"],
  ['another separator', 'a && b', "'a' || 'b'"],
  ['a list that became statements', 'a && b', "'a'; 'b'"],
  ['a pipeline that became statements', 'a | b', "'a'; 'b'"],
  ['errors that go through the pipe', 'a |& b', "'a' | 'b'"],
  ['a job', 'a &', "'a'"],
  ['a negation', '! a', "'a'"],
  ['a pipeline after a negation', '! a | b', "! 'a' | 'b'"],
  ['a variable that stays one', 'ls $x', 'ls $x'],
  ['an unknown part that is left out', 'ls $x"a"', "'ls' 'a'"],
  ['an unknown part in quotes that is left out', 'ls "$x"', "'ls' ''"],
  ['a subshell', '(a)', "'a'"],
  ['a group', '{ a; }', "{ 'a'; }"],
  ['a loop', 'for i in a; do b; done', "for i in 'a'; do 'b'; done"],
  ['a function', 'f() { a; }', "f() { 'a'; }"],
  ['a here-document', 'cat <<E\na\nE\n', "'cat' <<< 'a'"],
  ['a here-string', 'cat <<< a', "'cat' <<< 'a'"],
  ['another way to redirect', 'a > b', "'a' >> 'b'"],
  ['another file', 'a > b', "'a' > 'c'"],
  ['a file that is not fixed', 'a > $b', "'a' > '$b'"],
  ['another descriptor', 'a > b', "'a' 2> 'b'"],
  ['a redirection less', 'a > b', "'a'"],
  ['redirections in another order', 'a > b 2> c', "'a' 2> 'c' > 'b'"],
  ['a text that is no shell text', "a 'b", "a 'b"],
])('%s is read twice', (_name, original, printed) => {
  expect(isAlike(original, printed)).toBe(false);
});

test.each([
  'git status --short',
  'cat a.txt | grep -n b | head -20',
  'cd sub && ls -la || pwd; wc -l file.txt &',
  'npm test > /tmp/log 2>&1',
  `git commit -m "fix: it's done" 'and "more"' a\\ b c"d"'e'`,
])('%s is read once, and its printed form reads the same', async (line) => {
  const reading = await read(line);
  if (reading.kind === 'unclear' || !('command' in reading.args)) throw new Error('it is not understood');
  const { command } = reading.args;
  expect(isAlike(line, command)).toBe(true);
  expect(await read(command)).toEqual(reading);
});
