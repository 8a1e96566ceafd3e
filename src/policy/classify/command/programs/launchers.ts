// Programs of one language's or tool's world that start others: `poetry run`, `bundle exec`, `direnv exec`. What they start
// is judged like any command, and stands in a rule that names it.

import { describeAll } from './describe-all.ts';

const start = { operands: 'program', is: 'stops', wrapping: 'both' } as const;
const startAfterName = { operands: 'text program', is: 'stops', wrapping: 'both' } as const;

/** Launchers by name. */
export const launchers = describeAll([
  [
    'poetry pipenv pdm hatch rye conda mamba micromamba doppler op',
    {
      text: '-n --name -p --prefix --env -f --file -e --project --config -C --directory',
      operands: 'any',
      commands: {
        run: {
          ...start,
          flags: '--no-capture-output --no-sync --frozen --live-stream --overload --override',
          text: '--with --group',
        },
      },
    },
  ],
  [
    'uv',
    {
      text: '--project --directory --python -p',
      operands: 'any',
      commands: {
        run: {
          ...start,
          flags: '--frozen --locked --no-sync --isolated --all-extras --no-dev --quiet -q --active --exact --offline',
          text: '--extra --group --only-group --with --package',
          read: '--env-file --with-requirements',
          program: '-m --module',
        },
        tool: { commands: { run: start, 'list dir': { operands: 'text' } }, operands: 'code' },
        pip: {
          operands: 'source',
          any: '-r --requirement -c --constraint',
          beyond:
            '--index-url -i --extra-index-url --default-index --index --find-links -f --allow-insecure-host --trusted-host',
        },
      },
    },
  ],
  [
    'uvx pipx',
    {
      operands: 'program',
      is: 'stops',
      wrapping: 'spelling',
      beyond: '--from --with --spec --index-url --pip-args',
      commands: {
        run: start,
        'list environment': { operands: 'text' },
        'install inject upgrade': { operands: 'source' },
      },
    },
  ],
  [
    'bundle bundler',
    {
      text: '--gemfile --jobs --retry --path',
      operands: 'any',
      commands: {
        'exec e': start,
        open: { operands: 'code' },
        console: { operands: 'code' },
        config: { operands: 'any' },
      },
    },
  ],
  [
    'rbenv pyenv nodenv jenv asdf mise rtx volta fnm direnv rustup',
    {
      operands: 'any',
      commands: {
        'exec x': start,
        run: startAfterName,
        'plugin plugins hook': { commands: { 'list ls': { operands: 'text' } }, operands: 'code' },
        'allow edit': { operands: 'code' },
      },
    },
  ],
  ['nvm', { operands: 'any', commands: { 'exec run': startAfterName } }],
  [
    'aws-vault chamber envchain',
    { operands: 'any', commands: { exec: { ...startAfterName, flags: '-n -d --no-session' } } },
  ],
  [
    'cross-env cross-env-shell env-cmd dotenvx with-contenv tini dumb-init catatonit proxychains proxychains4 torify torsocks unbuffer grc rlwrap cpulimit multitime pexec choom logsave retry genie sshpass ssh-agent fakeroot fakechroot eatmydata cgexec systemd-inhibit caffeinate hyperfine nodemon concurrently npm-run-all run-s run-p wireit entr watchexec ionotify reptyr xdotool dmsetup with-lock lockrun setlock softlimit chpst envdir envuidgid s6-setuidgid runsv',
    { flags: '--version --help -V', operands: 'code', is: 'strict' },
  ],
  [
    'dotenv',
    {
      text: '-e -f --file -q --quote',
      ...start,
      commands: { run: start, 'list get set unset': { operands: 'any' } },
    },
  ],
  ['gosu su-exec setuidgid', { ...startAfterName, is: 'strict stops' }],
  [
    'tox nox',
    {
      text: '-e -s --session -k',
      config: '-c --conf -f --noxfile',
      any: '--workdir',
      operands: 'any',
      code: '--override -x',
    },
  ],
  [
    'just task act pre-commit lefthook husky',
    {
      any: '-f --justfile --taskfile -t -d --working-directory --dir -c --config -W --workflows',
      code: '--shell --shell-arg --shell-command --set --chooser --edit -e --command --evaluate --container-options --container-architecture',
      operands: 'any',
      commands: { execute: { operands: 'code' } },
    },
  ],
  [
    'nix nix-shell nix-build guix',
    {
      code: '--run --command -E --expr --impure',
      operands: 'any',
      commands: { 'run shell develop eval repl': { operands: 'code' } },
    },
  ],
]);
