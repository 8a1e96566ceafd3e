// Two names of one option, for rules that name it: `--force` and `-f`. Only used to catch more.

const sameOptions: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'rm',
    new Map([
      ['--recursive', '-r'],
      ['-R', '-r'],
      ['--force', '-f'],
      ['--dir', '-d'],
    ]),
  ],
  [
    'cp',
    new Map([
      ['--recursive', '-r'],
      ['-R', '-r'],
      ['--force', '-f'],
    ]),
  ],
  ['chmod', new Map([['--recursive', '-R']])],
  ['chown', new Map([['--recursive', '-R']])],
  [
    'git',
    new Map([
      ['--force', '-f'],
      ['--delete', '-d'],
      ['--all', '-a'],
      ['--message', '-m'],
      ['--patch', '-p'],
    ]),
  ],
  [
    'curl',
    new Map([
      ['--upload-file', '-T'],
      ['--data', '-d'],
      ['--request', '-X'],
      ['--output', '-o'],
      ['--insecure', '-k'],
    ]),
  ],
  [
    'kill',
    new Map([
      ['-9', '-KILL'],
      ['-SIGKILL', '-KILL'],
    ]),
  ],
]);

/** The one name of an option of a program; an unknown one is its own. */
export const normaliseOption = (program: string, option: string): string =>
  sameOptions.get(program)?.get(option) ?? option;
