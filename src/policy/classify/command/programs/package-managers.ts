// Package managers of languages and systems. What they install may run its own hooks, which the operator of such a rule knows;
// described are other sources than the configured ones, settings that name programs, and subcommands that start something.

import { describeAll } from './describe-all.ts';

const runs = { operands: 'program', is: 'stops', wrapping: 'both' } as const;
const shows = { commands: { 'get list ls': { operands: 'text' } }, operands: 'code' } as const;
const fetched = 'install add i ci';

/** Package managers by name. */
export const packageManagers = describeAll([
  [
    'npm pnpm yarn',
    {
      shell: '-c --call',
      code: '--script-shell --node-options --globalconfig --userconfig --ignore-scripts=false --editor --shell --git --viewer --init-module --onload-script --node-gyp --use-yarnrc --preload --require',
      beyond: '--registry',
      any: '--prefix -C --dir --cwd',
      flags: '--ignore-scripts',
      operands: 'any',
      commands: {
        'exec x dlx': { ...runs, flags: '-y --yes --no -q --quiet', text: '-p --package -w --workspace' },
        'explore edit set-script': { operands: 'any', is: 'dangerous' },
        'init create': { flags: '-y --yes -f --force', operands: 'code' },
        config: shows,
        'set env': { operands: 'code' },
        pkg: shows,
        node: { operands: 'code' },
        [fetched]: { operands: 'source' },
        'pm run run-script test build start lint typecheck format': { operands: 'any', flags: '-r' },
      },
    },
  ],
  [
    'bun',
    {
      code: '-e --eval -p --print -r --require --preload --import --config -c --shell --env-file --inspect --inspect-brk',
      beyond: '--registry',
      any: '--cwd',
      operands: 'any',
      commands: {
        x: { ...runs, flags: '--bun --silent' },
        'repl exec': { operands: 'any', is: 'dangerous' },
        'install add i': { operands: 'source' },
        'create init': { flags: '-y --yes', operands: 'code' },
      },
    },
  ],
  [
    'npx bunx pnpx',
    {
      flags: '-y --yes --no --quiet -q --no-install',
      text: '-p --package -w --workspace',
      shell: '-c --call',
      code: '--script-shell --shell --node-options --node-arg -n',
      operands: 'program',
      is: 'strict stops',
      wrapping: 'spelling',
    },
  ],
  [
    'pip pip3',
    {
      text: '-v -q --timeout --retries --no-binary --only-binary --platform --python-version --format --exclude',
      source: '-r --requirement -c --constraint -e --editable',
      any: '-t --target -d --dest --root --prefix --path --cache-dir --src',
      write: '--log --report',
      code: '--python --global-option --build-option --install-option --config-settings -C --editor',
      beyond:
        '-i --index-url --extra-index-url -f --find-links --trusted-host --proxy --cert --client-cert --isolated --no-verify --use-feature',
      operands: 'any',
      commands: {
        'install download wheel': { operands: 'source' },
        config: { commands: { 'list get debug': { operands: 'text' } }, operands: 'code' },
      },
    },
  ],
  [
    'composer',
    {
      any: '-d --working-dir',
      operands: 'any',
      commands: { exec: runs, global: { operands: 'code' }, config: { operands: 'code' } },
    },
  ],
  [
    'apt apt-get apt-cache aptitude',
    {
      text: '-t --target-release',
      code: '-o --option -c --config-file',
      operands: 'source',
      harmless: /^(?:-o|--option)=(?:Debug::[\w:]+|APT::Get::[\w-]+|Dpkg::Use-Pty|Acquire::Retries)=[\w-]+$/,
      commands: { changelog: { operands: 'code' }, 'edit-sources': { operands: 'code' } },
    },
  ],
  [
    'dpkg',
    {
      flags: '-l -p -C --list --audit --get-selections --print-architecture --verify -V --version',
      text: '-S --search -L --listfiles -s --status',
      code: '-i --install --pre-invoke --post-invoke --unpack --configure -r --remove -P --purge -R --admindir --root --instdir --force-script-chrootless',
      operands: 'any',
    },
  ],
  ['dpkg-deb', { flags: '-I -c -f --info --contents --field', operands: 'any' }],
  [
    'rpm rpmdb rpmquery rpmverify rpmbuild rpmspec',
    {
      flags: '-q -a -l -i -V -qa -ql -qi -qf -qR -f --query --list --info',
      text: '--queryformat --qf',
      code: '--eval -E --define -D --pipe -U --upgrade --install --erase -e -F --import --load --rcfile --macros --root --dbpath -ivh -Uvh --rebuild -ba -bb',
      operands: 'any',
    },
  ],
  [
    'yum dnf microdnf zypper',
    {
      code: '-c --config --setopt --installroot --repofrompath --plus-repo -D',
      beyond: '--nogpgcheck',
      operands: 'source',
      commands: { localinstall: { operands: 'code' }, 'shell subcommand': { operands: 'any', is: 'dangerous' } },
    },
  ],
  [
    'snap flatpak opkg pkg apk brew port easy_install cpan cpanm',
    {
      code: '-e --dangerous --devmode --allow-untrusted --classic -o --offline-root --keys-dir --repository',
      operands: 'source',
      commands: { run: { operands: 'code' }, sh: { operands: 'code' } },
    },
  ],
  [
    'gem',
    {
      text: '-v --version',
      code: '-e --editor --config-file',
      operands: 'source',
      commands: {
        open: { operands: 'code' },
        build: { operands: 'any', code: '-C' },
        exec: { operands: 'program', is: 'stops', wrapping: 'both' },
      },
    },
  ],
  [
    'update-alternatives',
    {
      flags: '--display --list --query --get-selections --version',
      code: '--install --set --config --auto --altdir --admindir',
      operands: 'text',
    },
  ],
]);
