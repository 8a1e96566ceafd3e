// Asks the kernel of this machine directly for what a way out would need: namespaces, mounts, other processes, devices,
// tracing, keys, time, modules. One program asks for all, and each must be refused by number, not by a missing program.

import { afterAll, expect, test } from 'vitest';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('system-calls');
afterAll(() => bench.close());

// Numbers of x86-64, and arguments with which the call would do something where it were let through.
const calls = {
  unshare: '272, 0x10000000',
  cloneOfNamespace: '56, 0x10000011, 0, 0, 0, 0',
  setns: '308, 0, 0',
  ptrace: '101, 16, 1, 0, 0',
  readOtherMemory: '310, 1, 0, 0, 0, 0, 0',
  bpf: '321, 0, 0, 0',
  userfaultfd: '323, 0',
  ioUring: '425, 1, 0',
  perfEvents: '298, 0, 0, -1, -1, 0',
  keyctl: '250, 0, 0',
  addKey: '248, 0, 0, 0, 0, 0',
  openByHandle: '304, 0, 0, 0',
  mount: '165, 0, 0, 0, 0, 0',
  openMount: '430, 0, 0',
  cloneMount: '428, -100, 0, 1',
  setMount: '442, 0, 0, 0, 0, 0',
  pivotRoot: '155, 0, 0',
  chroot: '161, b"/tmp"',
  loadKernel: '246, 0, 0, 0, 0',
  loadModule: '175, 0, 0, 0',
  takeDescriptor: '438, 0, 0, 0',
  secretMemory: '447, 0',
  personality: '135, 0x0040000',
  reboot: '169, 0, 0, 0, 0',
  setHostname: '170, b"x", 1',
  setTime: '164, 0, 0',
  adjustClock: '159, 0',
  swap: '167, 0, 0',
  kernelLog: '103, 3, 0, 0',
  accounting: '163, 0',
  ports: '172, 3',
  descriptors: '154, 0, 0, 0',
  watchFiles: '300, 0, 0, 0',
  quota: '179, 0, 0, 0, 0',
  compareProcesses: '312, 1, 1, 0, 0, 0',
  becomeRoot: '105, 0',
  deviceNode: '133, b"/tmp/n", 0o60666, 0x0101',
  realTime: '144, 0, 1, (ctypes.c_int * 1)(50)',
};

test('every call that could lead out is refused by the kernel', async () => {
  const asked = Object.entries(calls).map(([name, words]) => `ask("${name}", ${words})`);
  const program = [
    'import ctypes',
    'libc = ctypes.CDLL(None, use_errno=True)',
    'def ask(name, *words):',
    '    ctypes.set_errno(0)',
    '    print(name, libc.syscall(*words), ctypes.get_errno())',
    ...asked,
  ];
  const outcome = await bench.run({ argv: ['python3', '-'], stdin: `${program.join('\n')}\n` }, bench.workspace());
  const answers = outputOf(outcome).trim().split('\n');
  // EPERM, or ENOSYS for what the filter knows of and this machine need not.
  const expected = Object.keys(calls).map((name) => expect.stringMatching(new RegExp(`^${name} -1 (1|38)$`)));
  expect(answers).toEqual(expected);
});

test('only sockets of the container itself can be made', async () => {
  const families = { vsock: 40, packet: 17, crypto: 38, bluetooth: 31, keys: 15, can: 29, tipc: 30 };
  const program = `import socket\nfor f in ${JSON.stringify(Object.values(families))}:\n  for t in (1, 2, 3, 5):\n    try: socket.socket(f, t, 0); print("open", f)\n    except OSError: pass\nfor f in (2, 10):\n  try: socket.socket(f, 3, 255); print("raw", f)\n  except OSError: pass\n`;
  expect(await bench.run({ argv: ['python3', '-'], stdin: program }, bench.workspace())).toMatchObject({
    kind: 'ok',
    output: '',
  });
});

test('nothing of the machine, of PID 1 or of its own limits can be set through `/proc` and `/sys`', async () => {
  const places = [
    ...[
      '/proc/sys/vm/drop_caches',
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/net/ipv4/ip_forward',
      '/proc/sysrq-trigger',
    ],
    ...[
      '/proc/1/oom_score_adj',
      '/proc/1/limits',
      '/proc/1/mem',
      '/proc/1/clear_refs',
      '/proc/self/uid_map',
      '/proc/self/setgroups',
    ],
    ...[
      '/sys/fs/cgroup/memory/memory.limit_in_bytes',
      '/sys/fs/cgroup/memory.max',
      '/sys/fs/cgroup/pids/pids.max',
      '/sys/fs/cgroup/pids.max',
    ],
    ...[
      '/sys/fs/cgroup/release_agent',
      '/sys/fs/cgroup/memory/release_agent',
      '/sys/fs/cgroup/devices/devices.allow',
      '/sys/kernel/uevent_helper',
    ],
  ];
  const command = `for place in ${places.join(' ')}; do { echo 1 > $place; } 2>/dev/null && echo set $place; done; { echo -1000 > /proc/self/oom_score_adj; } 2>/dev/null && echo set; mkdir /sys/fs/cgroup/x /sys/fs/cgroup/memory/x 2>/dev/null; true`;
  expect(await bench.run(command, bench.workspace())).toMatchObject({ kind: 'ok', output: '' });
});
