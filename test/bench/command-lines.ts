// Lines that the classifier is timed with: what agents say all day, and what is made to take long.

/** Everyday commands of a coding agent. */
export const everydayLines: readonly string[] = [
  'git status --short',
  'cat README.md | grep -n todo | head -20',
  'npm test',
  "find . -name '*.ts' | xargs grep -n foo",
  'for f in src/a.ts src/b.ts; do wc -l "$f"; done',
  'cd src && ls -la && head -20 a.ts',
  "sed -n '1,40p' src/a.ts",
  'npm test > /tmp/out.log 2>&1; tail -50 /tmp/out.log',
  'rg -n "TODO|FIXME" src',
  'git add -A && git commit -m "fix: read the header"',
];

const bytesMax = 10_000;

/** `start`, then as many parts as fit, then `end`. */
function filled(start: string, part: (index: number) => string, end = ''): string {
  let line = start;
  for (let index = 0; ; index += 1) {
    const next = part(index);
    if (line.length + next.length + end.length > bytesMax) return line + end;
    line += next;
  }
}

const nested = (open: string, inner: string, close: string): string => {
  const depth = Math.floor((bytesMax - inner.length) / (open.length + close.length));
  return open.repeat(depth) + inner + close.repeat(depth);
};

/** Lines of 10 KB: every kind of node, word and lookup, as many or as deep as fit. */
export const hostileLines: Readonly<Record<string, string>> = {
  words: filled('probe', (index) => ` ${index}`),
  'words with values': filled('probe', (index) => ` --a${index}=b/c`),
  'unknown long options': filled('git log', (index) => ` --option-${index}`),
  'one cluster of options': filled('tar -', () => 'xvzq'),
  'short options': filled('ls', (index) => ` -a${index}`),
  paths: filled('cat', (index) => ` src/f${index}`),
  'one long path': `cat ${Array.from({ length: 1_950 }, () => 'd').join('/')}`,
  climbs: filled('cat', (index) => ` ../x${index}`),
  'composed names': filled('cat', (index) => ` e\u0301${index}`),
  URLs: filled('curl', (index) => ` http://h${index}.test/a`),
  pipeline: filled('ls', () => ' | cat'),
  lists: filled('ls', () => ' && ls'),
  assignments: filled('', (index) => `v${index}=1; `),
  redirections: filled('ls', (index) => ` > f${index}`),
  'here-document': filled('cat <<E\n', () => '$x line\n', 'E\n'),
  substitutions: filled('echo', () => ' $(ls)'),
  'nested substitutions': `echo ${nested('$(', 'ls', ')')}`,
  'parameter expansions': filled('echo ', () => `\${x:-a}`),
  replacements: filled('x=a; echo ', () => `\${x//a/b}`),
  braces: filled('echo ', () => '{a,b}'),
  'nested braces': nested('{a,', 'b', '}'),
  wildcards: filled('ls ', () => '*a'),
  'deep wildcards': filled('ls *', () => '/*'),
  arithmetic: filled('echo $((1', () => '+1', '))'),
  'nested arithmetic': `echo $((${nested('(', '1', ')')}))`,
  'for words': filled('for i in', (index) => ` w${index}`, '; do ls $i; done'),
  'nested loops': nested('for i in a b; do ', 'ls', '; done'),
  conditions: filled('if a; then b', () => '; elif c; then d', '; fi'),
  'case patterns': filled('case x in a', () => '|a', ') ls;; esac'),
  tests: filled('[[ a', () => ' && a', ' ]]'),
  functions: filled('', (index) => `f${index}() { f${index + 1}; f${index + 1}; }; `, 'f0'),
  arrays: filled('a=(', (index) => ` w${index}`, `); echo "\${a[@]}"`),
  subshells: nested('(', 'ls', ')'),
  'shells in shells': Array.from({ length: 12 }).reduce<string>((line) => `sh -c ${JSON.stringify(line)}`, 'ls'),
  wrappers: filled('env', () => ' env', ' rm'),
  'sed script': filled("sed '", () => 's/a/b/;', "' a"),
  quotes: filled('echo ', () => `'a'"b"`),
  emoji: filled('echo ', () => '👩‍👩‍👧‍👦'),
};
