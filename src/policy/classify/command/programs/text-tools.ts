// Programs that read files and print: what their words are, and the few options that write or run something.

import { describeAll } from './describe-all.ts';

const numbers = '-n -c --lines --bytes';

/** Text tools by name. */
export const textTools = describeAll([
  [
    'cat tac nl rev expand unexpand fold fmt paste join comm column cut tr od hexdump strings base64 base32 zcat bzcat xzcat zstdcat pr look',
    {
      text: '-d --delimiter -f --fields -w --width -b --bytes -c --characters -s --separator -t -T --tabs -l --length --output-delimiter -N -A -j -S -1 -2 -o -a -e -v -i',
      operands: 'read',
      is: 'harmless content',
    },
  ],
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
    'grep egrep fgrep zgrep',
    {
      text: '-e --regexp -m --max-count -A --after-context -B --before-context -C --context --include --exclude --exclude-dir --label --color --colour -d --directories -D --devices --binary-files --group-separator',
      read: '-f --file --exclude-from',
      operands: 'text read',
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
      code: '--pre --hostname-bin --hyperlink-format',
      operands: 'text read',
      is: 'content here filter',
      naming: '-l --files-with-matches --files --files-without-match',
    },
  ],
  ['ag ack', { text: '-A -B -C -m -G --ignore', code: '--pager', operands: 'text read', is: 'content here' }],
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
      flags: '--arg --argjson',
      text: '--indent',
      read: '--slurpfile --rawfile -f --from-file -L',
      operands: 'text any',
      is: 'harmless content',
    },
  ],
  ['echo', { operands: 'text', is: 'anything harmless' }],
  [
    'seq sleep date expr basename dirname yes factor nproc arch tty logname id whoami groups hostname uname uptime free cal printenv locale',
    { text: '-d -s --suffix --date -f --format', read: '-r --reference', operands: 'text', is: 'harmless' },
  ],
  ['less more most pg view', { code: '+', operands: 'read', is: 'content strict' }],
  [
    'split csplit',
    {
      text: '-l -n -b -C -a -d --lines --bytes --number --suffix-length -t --additional-suffix',
      code: '--filter',
      operands: 'read write',
      is: 'strict',
    },
  ],
  ['which whereis', { operands: 'text', is: 'harmless' }],
  [
    'man info apropos whatis',
    {
      code: '-P --pager -H --html -C --config-file -M --manpath -l --local-file -T --troff-device -p --preprocessor -X',
      operands: 'text',
      is: 'strict',
    },
  ],
]);
