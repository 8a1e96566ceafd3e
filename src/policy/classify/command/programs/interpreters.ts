// Interpreters and editors: code in their words or on their input is opaque; a script file is a file like others.

import { describeAll } from './describe-all.ts';

/** Statements that only ask a database something: no second one, no meta-command, nothing that reaches a file. */
const reads =
  /^(?:-c|--command|-e|--execute|)=\s*(?:(?:select|show|explain|describe|desc|with|values|table)\b(?!.*(?:\\|program|pg_read|pg_ls|lo_|dblink|copy|into|load_|readfile|writefile|edit\(|;\s*\S)).*|\.(?:tables|schema|indexes|databases)[\w\s%]*)$/is;

/** Interpreters by name. */
export const interpreters = describeAll([
  [
    'python pypy',
    {
      flags: '-B -E -I -O -OO -q -s -S -u -v -b -d --version -V -VV --help -h',
      text: '-W -X',
      program: '-m',
      code: '-c -i',
      operands: 'any',
      is: 'strict stops runs-input',
      wrapping: 'spelling',
    },
  ],
  [
    'node nodejs',
    {
      flags:
        '-v --version -h --help --no-warnings --test --trace-warnings --enable-source-maps --experimental-strip-types --expose-gc -c --check --watch',
      text: '--max-old-space-size --test-name-pattern --test-reporter --stack-size',
      code: '-e --eval -p --print -pe -r --require --import --loader --experimental-loader -i --interactive --inspect --inspect-brk --env-file --run --build-snapshot --experimental-config-file --test-reporter-destination --snapshot-blob',
      operands: 'any',
      is: 'strict stops runs-input long-dash',
    },
  ],
  [
    'tsx ts-node',
    {
      flags: '--version --help',
      code: '-e --eval -p --print -r --require --import --loader --compiler',
      operands: 'any',
      is: 'stops runs-input',
    },
  ],
  [
    'deno',
    {
      flags: '--version --help -A --allow-all -q --quiet --no-check --check --cached-only --frozen',
      code: '--import-map --preload --env-file --inspect --inspect-brk -r --reload',
      config: '-c --config',
      operands: 'any',
      is: 'runs-input',
      commands: {
        run: { operands: 'source any', is: 'stops' },
        'eval repl x install compile jupyter upgrade': { operands: 'any', is: 'dangerous' },
        'test bench check fmt lint doc info task cache': { operands: 'source' },
      },
    },
  ],
  [
    'perl',
    {
      flags: '-v -V -w -W -c -t -T',
      code: '-e -E -i -n -p -a -F -M -m -I -x -d -D -0 -l -s',
      operands: 'any',
      is: 'strict stops runs-input',
    },
  ],
  [
    'ruby',
    {
      flags: '-v -w -c --version --help',
      code: '-e -i -n -p -a -F -r -I -x -S -C',
      operands: 'any',
      is: 'strict stops runs-input',
    },
  ],
  [
    'php',
    {
      flags: '-v -m -l -i --version --help',
      code: '-r -B -R -F -E -d -c -a -S -z',
      operands: 'any',
      is: 'strict stops runs-input',
    },
  ],
  [
    'lua luajit tclsh wish guile scheme sbcl clisp Rscript R julia octave elixir erl escript iex irb ghci runghc gawkbug groovy scala kotlin jshell jjs pwsh osascript m4 dc',
    {
      flags: '-v --version --help',
      code: '-e -E -i -l -c --eval -x -s -p',
      operands: 'any',
      is: 'strict stops runs-input',
    },
  ],
  [
    'java',
    {
      flags: '-version --version --help',
      text: '-Xmx -Xms',
      code: '-javaagent -agentlib -agentpath',
      any: '-jar -cp -classpath',
      operands: 'any',
      is: 'stops long-dash',
    },
  ],
  [
    'vi vim nvim ex view vimdiff rvim ed red emacs nano pico joe jed mcedit micro',
    {
      flags: '--version --help',
      code: '-c --cmd -S -s -u -U -W -w + -E -e --eval -l --load -f --funcall',
      operands: 'code',
      is: 'strict runs-input',
    },
  ],
  [
    'sqlite sqlite3',
    {
      flags: '-json -csv -line -header -readonly -batch -version -column -noheader -list -box -markdown -table -html',
      text: '-separator -nullvalue',
      code: '-cmd -init',
      harmless: reads,
      operands: 'any code',
      is: 'long-dash strict runs-input',
    },
  ],
  [
    'psql mysql mariadb mongosh redis-cli',
    {
      flags: '--version --help',
      operands: 'any',
      code: '-c -f -e --command --file --execute --eval -o --output -L --log-file --pager --tee --init-command --plugin-dir --default-auth',
      write: '--rdb',
      harmless: reads,
      is: 'runs-input',
    },
  ],
]);
