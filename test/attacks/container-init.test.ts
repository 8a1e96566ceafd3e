// PID 1 of a container runs as the same user as the job and reports its end: the job tries to silence, kill, read and imitate it.

import { afterAll, expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('init');
afterAll(() => bench.close());

const python = (program: string) => ['python3', '-c', program];

test('no signal ends it or stops it', async () => {
  const command = 'for signal in $(seq 1 64); do kill -$signal 1; done; echo still here; exit 5';
  const outcome = await bench.run(command, bench.workspace());
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 5', output: 'still here\n' });
});

test('its streams, memory and environment are closed to the job', async () => {
  const command = [
    'for place in fd/0 fd/1 fd/2 mem environ maps auxv syscall stack io cwd/x root/x; do',
    '  : < /proc/1/$place; : > /proc/1/$place',
    'done; ls /proc/1/fd /proc/1/map_files; readlink /proc/1/exe /proc/1/fd/1; exit 6',
  ].join('\n');
  const outcome = await bench.run(command, bench.workspace());
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 6' });
  expect(outputOf(outcome).match(/Permission denied|Operation not permitted/g)?.length).toBeGreaterThanOrEqual(24);
});

test('it cannot be traced, and nothing can be put into it or taken out of it', async () => {
  const program = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for number, words in {101: (16, 1, 0, 0), 310: (1, None, 0, None, 0, 0), 311: (1, None, 0, None, 0, 0), 312: (1, 1, 0, 0, 0)}.items():
    print(libc.syscall(number, *words), ctypes.get_errno())
pid = libc.syscall(434, 1, 0)
print(libc.syscall(438, pid, 1, 0), ctypes.get_errno())
`;
  const outcome = await bench.run(python(program), bench.workspace());
  expect(outputOf(outcome)).toBe('-1 1\n'.repeat(5));
});

test('an end printed by the job ends nothing', async () => {
  const forged = String.raw`\x58\x00\x00\x00\x1f${String.raw`\x00`.repeat(31)}`;
  const command = `printf '${forged}'; printf '${forged}' >&2; echo more; exit 7`;
  const outcome = await bench.run(command, bench.workspace());
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 7' });
  expect(outputOf(outcome)).toContain('more');
  expect(outcome.facts).toMatchObject({ stdoutBytes: 36 + 5, stderrBytes: 36 });
});

test('its limits, its priority and its processors are not for the job to set', async () => {
  const program = `
import os, resource
tries = [lambda: resource.prlimit(1, what, (0, 0)) for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)] + [
    lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.setpriority(os.PRIO_PGRP, 1, 19),
    lambda: os.setpriority(os.PRIO_USER, 0, 19), lambda: os.sched_setaffinity(1, {0}),
    lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)), lambda: os.sched_setparam(1, os.sched_param(0))]
for attempt in tries:
    try: attempt()
    except PermissionError: print("no")
`;
  const outcome = await bench.run(python(program), bench.workspace());
  expect(outputOf(outcome)).toBe('no\n'.repeat(8));
});

test('a job may set its own, and those of its children', async () => {
  const program = `
import os, resource
child = os.fork() or os.execvp("sleep", ["sleep", "60"])
for pid in (0, os.getpid(), child):
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, 64))
    os.setpriority(os.PRIO_PROCESS, pid, 5)
    os.sched_setaffinity(pid, os.sched_getaffinity(pid))
    os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))
print("set")
`;
  expect(outputOf(await bench.run(python(program), bench.workspace()))).toBe('set\n');
});

test('a job that leaves its first process no processor ends in time', async () => {
  const limits = { ...noGrants.limits, wallMs: 2_000 };
  const program = `
import os
for attempt in (lambda: os.setpriority(os.PRIO_USER, 0, 19), lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))):
    try: attempt()
    except PermissionError: pass
for _ in range(60):
    if os.fork() == 0:
        while True: pass
os.wait()
`;
  const outcome = await bench.run(python(program), bench.workspace(), { limits });
  expect(outcome).toMatchObject({ kind: 'failed', facts: { ending: 'wall' } });
});

test('what a job leaves running, in whatever session, is gone before its end is told', async () => {
  const workspace = bench.workspace();
  const left =
    'for i in 1 2 3; do (setsid nohup sh -c "trap \\"\\" TERM HUP; while :; do date +%s%N > beat; done" &) ; done';
  const outcome = await bench.run(`${left}; sleep 0.2; exec sleep 0`, workspace, { write: ['.'] });
  expect(outcome).toMatchObject({ kind: 'ok' });
  const beat = async () => outputOf(await bench.run('cat beat', workspace, { read: ['.'] }));
  expect(await beat()).toBe(await beat());
});

test('a fork bomb that ends its first process is over with it', async () => {
  const limits = { ...noGrants.limits, pids: 64, wallMs: 10_000 };
  const bomb = python(`
import os
for index in range(40):
    try: is_child = os.fork() == 0
    except OSError: is_child = False
    while is_child:
        try: os.fork()
        except OSError: pass
os._exit(3)
`);
  const outcome = await bench.run(bomb, bench.workspace(), { limits });
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 3' });
});

test('a job that never reads its standard input, or closes it, ends as it likes', async () => {
  const stdin = 'x'.repeat(2_000_000);
  expect(await bench.run({ argv: ['true'], stdin }, bench.workspace())).toMatchObject({ kind: 'ok' });
  const command = 'exec 0<&-; sleep 0.1; echo closed';
  expect(await bench.run({ command, stdin }, bench.workspace())).toMatchObject({ kind: 'ok', output: 'closed\n' });
  const slow = 'head -c 100000 | wc -c; sleep 0.1; wc -c';
  expect(outputOf(await bench.run({ command: slow, stdin }, bench.workspace()))).toBe('100000\n1900000\n');
});

test('a status that looks like a signal is told from one', async () => {
  const status = await bench.run('exit 137', bench.workspace());
  expect(status).toMatchObject({ because: 'exited with status 137', facts: { exitStatus: 137, signal: 0 } });
  const signal = await bench.run('kill -9 $$', bench.workspace());
  expect(signal).toMatchObject({ facts: { exitStatus: 137, signal: 9, outOfMemory: false } });
});

test('want of memory is told from a kill, also where a child of the command met it', async () => {
  const limits = { ...noGrants.limits, memoryMiB: 64 };
  const hog = 'python3 -c "x = bytearray(300 * 1024 * 1024)"; echo "then $?"; exit 4';
  const outcome = await bench.run(hog, bench.workspace(), { limits });
  expect(outcome).toMatchObject({
    because: expect.stringMatching(/64 MiB of memory/),
    facts: { exitStatus: 4, outOfMemory: true },
  });
});
