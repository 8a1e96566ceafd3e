// Package managers and build tools. What they run stands in the project; their options that run something else are named.

import { describeAll } from './describe-all.ts';

/** Build tools by name. */
export const builders = describeAll([
  [
    'npm pnpm yarn',
    {
      shell: '-c --call',
      code: '--script-shell --node-options --globalconfig --userconfig --ignore-scripts=false --editor --shell --git --viewer --init-module --onload-script --node-gyp',
      any: '--prefix -C --dir',
      operands: 'any',
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
    'make gmake',
    {
      flags:
        '-k -n -s -B -i -q -t -w --dry-run --keep-going --silent --quiet --always-make --version --help -d -p --no-print-directory',
      text: '-j --jobs -l -O',
      read: '-f --file --makefile -I -o -W',
      any: '-C --directory',
      code: '--eval -e',
      operands: 'any',
      is: 'strict settings',
    },
  ],
  ['pip pip3', { code: '--python --global-option --config-settings', operands: 'any' }],
  ['cargo', { code: '--config', operands: 'any' }],
  [
    'go',
    {
      code: '-exec -toolexec -vettool -ldflags -gcflags -overlay -modfile',
      any: '-C -o',
      operands: 'any',
      is: 'long-dash',
    },
  ],
  [
    'gcc cc clang g++ c++ clang++',
    { code: '-wrapper -fplugin -B -specs --specs -Xlinker -fuse-ld', operands: 'any', is: 'long-dash' },
  ],
]);
