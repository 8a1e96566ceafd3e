// Programs that start the command which stands in their words.

import { describeAll } from './describe-all.ts';

/** Wrappers by name: pure ones stand for their command, the others count besides it. */
export const wrappers = describeAll([
  ['command builtin', { flags: '-p', operands: 'program', is: 'strict stops' }],
  ['exec', { flags: '-c -l', text: '-a', operands: 'program', is: 'strict stops' }],
  [
    'timeout',
    {
      flags: '-v --verbose --foreground --preserve-status',
      text: '-k --kill-after -s --signal',
      operands: 'text program',
      is: 'strict',
    },
  ],
  ['nice', { text: '-n --adjustment', operands: 'program', is: 'stops' }],
  ['ionice', { flags: '-t', text: '-c -n --class --classdata', operands: 'program', is: 'strict stops' }],
  ['chrt', { flags: '-b -f -i -o -r -d -R -v', text: '-T -P -D', operands: 'text program', is: 'strict' }],
  ['taskset', { flags: '-c --cpu-list', operands: 'text program', is: 'strict' }],
  ['nohup setsid', { flags: '-c -f -w --ctty --fork --wait', operands: 'program', is: 'strict stops' }],
  ['stdbuf', { text: '-i -o -e --input --output --error', operands: 'program', is: 'strict stops' }],
  [
    'time',
    {
      flags: '-p -v -a --portability --verbose --append',
      text: '-f --format',
      write: '-o --output',
      operands: 'program',
      is: 'strict stops',
    },
  ],
  ['chronic ts unbuffer', { flags: '-p -e -v', operands: 'program', is: 'strict stops' }],
  [
    'sudo doas pkexec run0',
    {
      flags: '-n -k -H -E -S -b -A --non-interactive --preserve-env',
      text: '-u -g -p -U -C -T -r -t --user --group --prompt',
      write: '-D -R --chdir --chroot',
      code: '-e --edit -s --shell -l -i --login',
      operands: 'program',
      is: 'strict stops',
      wrapping: 'both',
    },
  ],
  [
    'su runuser',
    {
      flags: '- -l --login -m -p',
      text: '-g -G -w',
      shell: '-c --command',
      code: '-s --shell',
      operands: 'text any',
      is: 'strict runs-input',
      wrapping: 'both',
    },
  ],
  [
    'watch',
    {
      flags: '-d -t -g -e -b -c -p -x --differences --no-title --exec --color',
      text: '-n --interval',
      operands: 'code',
      is: 'strict stops',
      wrapping: 'both',
    },
  ],
  ['parallel', { code: '--', operands: 'code', is: 'strict stops runs-input' }],
  ['entr', { operands: 'code', is: 'stops' }],
  [
    'flock',
    {
      flags: '-s -x -e -u -n -w -o -F -E --nonblock --exclusive --shared',
      text: '--timeout --wait',
      shell: '-c --command',
      operands: 'write program',
      is: 'strict',
      wrapping: 'both',
    },
  ],
  ['chroot', { text: '--userspec --groups', operands: 'any program', wrapping: 'both', is: 'strict' }],
  [
    'unshare',
    {
      flags: '-m -u -i -n -p -U -C -T -r -c -f --mount --uts --ipc --net --pid --user --map-root-user --fork',
      operands: 'program',
      is: 'strict stops',
      wrapping: 'both',
    },
  ],
  [
    'nsenter',
    {
      flags: '-m -u -i -n -p -U -C -a --all',
      text: '-t --target -S -G',
      operands: 'program',
      is: 'strict stops',
      wrapping: 'both',
    },
  ],
  [
    'setpriv capsh setarch linux32 linux64 prlimit systemd-run dbus-run-session xvfb-run firejail bwrap faketime start-stop-daemon daemonize catchsegv',
    { code: '-c -- --exec --shell', operands: 'code', is: 'strict' },
  ],
  ['strace ltrace gdb lldb valgrind perf', { flags: '--version --help', operands: 'code', is: 'strict' }],
  [
    'script scriptreplay expect screen tmux byobu dtach abduco',
    { flags: '--version --help', operands: 'code', is: 'strict runs-input' },
  ],
  [
    'ip',
    {
      flags: '-4 -6 -o -j -p -s -d -br -c -brief -json',
      code: '-b -batch -force',
      operands: 'text',
      is: 'strict long-dash',
      commands: {
        'netns vrf': {
          commands: {
            exec: { operands: 'text program', is: 'stops', wrapping: 'both' },
            'list show identify pids': { operands: 'text' },
          },
          operands: 'beyond',
        },
      },
    },
  ],
  ['busybox toybox', { operands: 'program', is: 'stops', wrapping: 'both' }],
  ['run-parts', { operands: 'code' }],
  ['at batch crontab', { operands: 'code', is: 'runs-input' }],
]);
