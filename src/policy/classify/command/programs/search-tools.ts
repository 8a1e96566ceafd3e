// Programs that look for text and for files.

import { describeAll } from './describe-all.ts';

/** Search tools by name. */
export const searchTools = describeAll([
  [
    'grep egrep fgrep zgrep',
    {
      text: '-e --regexp -m --max-count -A --after-context -B --before-context -C --context --include --exclude --exclude-dir --label --color --colour -d --directories -D --devices --binary-files --group-separator',
      read: '-f --file --exclude-from',
      operands: 'text read',
      replacing: '-e --regexp -f --file',
      is: 'harmless content filter',
      naming: '-l -L --files-with-matches --files-without-match',
    },
  ],
  [
    'rg ripgrep',
    {
      text: '-e --regexp -m --max-count -A --after-context -B --before-context -C --context -g --glob --iglob -t --type -T --type-not --type-add -j --threads -M --max-columns -d --max-depth --maxdepth -r --replace -E --encoding --sort --sortr --color --colors --context-separator --engine --dfa-size-limit --regex-size-limit --max-filesize --path-separator --field-match-separator --pre-glob --generate',
      flags: '--pretty -p --pcre2 -P --passthru',
      read: '-f --file --ignore-file',
      code: '--pre --hostname-bin --hyperlink-format -z --search-zip',
      operands: 'text read',
      replacing: '-e --regexp -f --file --files --type-list',
      is: 'content here filter',
      naming: '-l --files-with-matches --files --files-without-match',
    },
  ],
  ['ag ack', { text: '-A -B -C -m -G --ignore', code: '--pager', operands: 'text read', is: 'content here' }],
  [
    'fd fdfind',
    {
      text: '-e --extension -t --type -d --max-depth --min-depth --exact-depth -E --exclude -S --size -g --glob -o --owner -c --color -j --threads --changed-within --changed-before --max-results --path-separator --format',
      read: '--ignore-file --base-directory --search-path',
      code: '-x --exec -X --exec-batch',
      operands: 'text read',
      is: 'here',
      naming: '*',
    },
  ],
  ['which whereis', { operands: 'text', is: 'harmless' }],
]);
