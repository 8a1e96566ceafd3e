// Programs that read files and print: what their words are, and the few options that write or run something.

import { describeAll } from './describe-all.ts';

const reader = 'harmless content';
const numbers = '-n -c --lines --bytes';

/** Text tools by name. */
export const textTools = describeAll([
  ['cat zcat bzcat xzcat zstdcat rev comm', { text: '--output-delimiter', operands: 'read', is: reader }],
  ['tac', { text: '-s --separator', operands: 'read', is: reader }],
  [
    'nl',
    {
      text: '-b --body-numbering -d --section-delimiter -f --footer-numbering -h --header-numbering -i --line-increment -l --join-blank-lines -n --number-format -s --number-separator -v --starting-line-number -w --number-width',
      operands: 'read',
      is: reader,
    },
  ],
  ['expand unexpand', { text: '-t --tabs', operands: 'read', is: reader }],
  ['fold fmt', { text: '-w --width -g --goal -p --prefix', operands: 'read', is: reader }],
  ['paste', { text: '-d --delimiters', operands: 'read', is: reader }],
  ['join', { text: '-a -e -i -j -o -t -v -1 -2', operands: 'read', is: reader }],
  [
    'column',
    {
      text: '-s --separator -o --output-separator -c --output-width -N --table-columns -R --table-right -H --table-hide -O --table-order -W --table-wrap -E --table-noextreme -n --table-name -l --table-columns-limit',
      operands: 'read',
      is: reader,
    },
  ],
  [
    'cut',
    {
      text: '-d --delimiter -f --fields -b --bytes -c --characters --output-delimiter',
      operands: 'read',
      is: reader,
    },
  ],
  ['tr', { operands: 'text', is: 'harmless content' }],
  [
    'od hexdump hd',
    {
      text: '-A --address-radix -j --skip-bytes -N --read-bytes -t --format -S --strings -w --width -s -e',
      read: '-f',
      operands: 'read',
      is: reader,
    },
  ],
  ['strings', { text: '-n --bytes -t --radix -e --encoding -s --output-separator', operands: 'any', is: reader }],
  ['base64 base32 basenc', { text: '-w --wrap', operands: 'read', is: reader }],
  ['pr', { text: '-D -h -l -N -o -S -w -W', operands: 'read', is: reader }],
  ['look', { text: '-t', operands: 'text read', is: reader }],
  [
    'head tail',
    {
      text: `${numbers} -s --sleep-interval --pid --max-unchanged-stats`,
      operands: 'read',
      is: 'harmless content filter',
    },
  ],
  [
    'wc cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum sum',
    { read: '--files0-from', operands: 'read', is: 'harmless' },
  ],
  ['xxd', { text: '-c -l -s -g -o -n', operands: 'read output' }],
  ['yq', { text: '-o -p -I', code: '-i --inplace --in-place -s --split-exp --from-file', operands: 'text any' }],
  [
    'uniq',
    { text: '-f -s -w --skip-fields --skip-chars --check-chars', operands: 'read output', is: 'content filter' },
  ],
  [
    'sort',
    {
      flags:
        '-b --ignore-leading-blanks -d --dictionary-order -f --ignore-case -g --general-numeric-sort -i --ignore-nonprinting -M --month-sort -h --human-numeric-sort -n --numeric-sort -R --random-sort -r --reverse -V --version-sort -c -C --check -m --merge -s --stable -u --unique -z --zero-terminated --debug --help --version',
      text: '-k --key -t --field-separator -S --buffer-size --parallel --batch-size --sort',
      read: '--files0-from --random-source',
      write: '-o --output -T --temporary-directory',
      code: '--compress-program',
      operands: 'read',
      is: 'strict content filter',
    },
  ],
  [
    'diff sdiff cmp diff3 colordiff',
    {
      text: '-U -C -W --unified --context -x --exclude -I --label --width -n -i --color',
      read: '--from-file --to-file -X --exclude-from',
      write: '-o --output',
      code: '--diff-program -l --paginate',
      operands: 'read',
      is: 'content',
    },
  ],
  [
    'jq gojq',
    {
      text: '--indent',
      read: '-f --from-file -L --library-path',
      replacing: '-f --from-file',
      operands: 'text any',
      is: reader,
    },
  ],
  ['echo', { operands: 'text', is: 'anything harmless' }],
  [
    'seq sleep expr basename dirname yes factor nproc arch tty logname id whoami groups uname uptime free cal printenv locale',
    { text: '-s --suffix -f --format', operands: 'text', is: 'harmless' },
  ],
  [
    'date',
    {
      text: '-d --date -I --iso-8601 --rfc-3339',
      read: '-r --reference -f --file',
      code: '-s --set',
      operands: 'text',
      is: 'harmless',
    },
  ],
  ['hostname', { read: '-F --file', operands: 'code' }],
  [
    'shuf',
    {
      text: '-i --input-range -n --head-count -e',
      read: '--random-source',
      write: '-o --output',
      operands: 'read',
      is: 'content',
    },
  ],
  ['iconv', { text: '-f --from-code -t --to-code', write: '-o --output', operands: 'read', is: 'content' }],
  ['bc', { text: '-S -R -E -I', operands: 'read', is: reader }],
  [
    'bat batcat',
    {
      text: '-l --language -r --line-range -H --highlight-line --style --color --theme --wrap --tabs --decorations --paging --file-name --terminal-width --italic-text',
      code: '--pager -m --map-syntax cache',
      operands: 'read',
      is: 'content',
    },
  ],
  ['less more most pg view', { code: '+', operands: 'read', is: 'content strict' }],
  [
    'split',
    {
      flags: '-d -x -e -u -z --verbose --elide-empty-files --unbuffered --numeric-suffixes --hex-suffixes',
      text: '-l -n -b -C -a --lines --bytes --line-bytes --number --suffix-length -t --separator --additional-suffix',
      code: '--filter',
      makesIn: '.',
      operands: 'read prefix',
      is: 'strict',
    },
  ],
  [
    'csplit',
    {
      flags: '-k -q -s -z --keep-files --quiet --silent --elide-empty-files --suppress-matched',
      text: '-n --digits -b --suffix-format',
      prefix: '-f --prefix',
      makesIn: '.',
      operands: 'read text',
      is: 'strict',
    },
  ],
  [
    'man info apropos whatis',
    {
      code: '-P --pager -H --html -C --config-file -M --manpath -l --local-file -T --troff-device -p --preprocessor -X',
      operands: 'text',
      is: 'strict',
    },
  ],
]);
