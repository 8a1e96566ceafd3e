// Hostile commands (one line each in hostile.txt), none of which the rules of a sane operator may allow.

import { readFileSync } from 'node:fs';

const lines = readFileSync(new URL('hostile.txt', import.meta.url), 'utf8');

/** Commands that the rules in `harmless.ts` must refuse. */
export const hostile: readonly string[] = [
  ...lines.split('\n').filter((line) => line !== ''),
  'git status\nrm x',
  'git status\r\nrm x',
  'git status\rrm x',
  'git status\u0000rm x',
  'git status\u2028rm x',
  'git status \u202egnp.x',
  'gi\u200bt status',
  'ls\u00a0-la',
  'ls \ud800',
  'echo \u001b[2Jx',
  "echo $'\\x1b[2J'",
  "echo $'\\u202e'",
  'cat <<EOF\n$(rm x)\nEOF',
  'cat <<EOF\n`rm x`\nEOF',
  'cat <<EOF\n\x24{x:-$(rm x)}\nEOF',
  'cat <<EOF | sh\nrm x\nEOF',
  'sh <<EOF\nrm x\nEOF',
  'bash <<< "rm x"',
  'cat <<EOF\nhello',
  'cat <<EOF > src/main.ts\nx\nEOF',
  'cat <<"EOF"; rm x\nhi\nEOF',
  'ls # comment\nrm x',
  'ls \\\n; rm x',
  "ls '\nrm x",
  'ls "',
  'ls $(',
  'ls `',
  'ls )',
  'ls }; rm x',
  'if ls; rm x',
  '',
  '   ',
];
