import { afterAll, expect, test } from 'vitest';
import { defaultSandboxLimits } from '../../src/kernel/limits.ts';
import type { SandboxLimits } from '../../src/kernel/types.ts';
import { containerBench, outputOf } from '../fixtures/container-bench.ts';

const bench = containerBench('limits');
afterAll(() => bench.close());

const limited = (limits: Partial<SandboxLimits>) => ({ limits: { ...defaultSandboxLimits, ...limits } });

test('a command that runs too long is ended, and what it printed is kept', async () => {
  const outcome = await bench.run('echo begun; sleep 60; echo done', bench.workspace(), limited({ wallMs: 1_000 }));
  expect(outcome).toMatchObject({
    kind: 'failed',
    because: expect.stringMatching(/^ran longer than 1000 ms/),
    output: 'begun\n',
    facts: { ending: 'wall' },
  });
});

test('a command that ignores every signal it can is ended all the same', async () => {
  const command = 'trap "" TERM INT HUP QUIT; while :; do sleep 60; done';
  const outcome = await bench.run(command, bench.workspace(), limited({ wallMs: 800 }));
  expect(outcome).toMatchObject({ kind: 'failed', facts: { ending: 'wall', signal: 9 } });
});

test('a command that wants too much memory is ended, and memory is named as the cause', async () => {
  const hog = 'import sys; x = bytearray(300 * 1024 * 1024); print("got it")';
  const outcome = await bench.run(['python3', '-c', hog], bench.workspace(), limited({ memoryMiB: 64 }));
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/64 MiB of memory/), output: '' });
});

test('files in /tmp have a limit, and filling it does not end the call', async () => {
  const command = 'head -c 100M /dev/zero > /tmp/full; echo still here';
  const outcome = await bench.run(command, bench.workspace(), limited({ memoryMiB: 64 }));
  // Two streams: which is read first is not fixed.
  expect(outputOf(outcome)).toMatch(/No space left on device/);
  expect(outputOf(outcome)).toMatch(/still here/);
  expect(outcome.kind).toBe('ok');
});

test('a fork bomb ends its own call only', async () => {
  const bomb = bench.run(
    'bomb() { bomb | bomb & }; bomb; sleep 60',
    bench.workspace(),
    limited({ pids: 32, wallMs: 2_000 }),
  );
  const neighbour = await bench.run('echo well', bench.workspace());
  expect(neighbour).toMatchObject({ kind: 'ok', output: 'well\n' });
  expect(await bomb).toMatchObject({ kind: 'failed' });
});

test('more output than the limit is cut there, and the call goes on', async () => {
  const outcome = await bench.run('seq 1 100000; exit 3', bench.workspace(), limited({ outputBytes: 1_000 }));
  expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 3', truncated: true });
  expect(outputOf(outcome)).toHaveLength(1_000);
});

test('a flood of output ends the call', async () => {
  const outcome = await bench.run(['yes'], bench.workspace(), limited({ outputBytes: 1_000 }));
  expect(outcome).toMatchObject({ kind: 'failed', truncated: true, facts: { ending: 'flood' } });
  expect(outputOf(outcome)).toHaveLength(1_000);
});

test('an endless file is cut at the size a call may write', async () => {
  const outcome = await bench.run(
    'ulimit -f; ulimit -c; ulimit -n; cat /sys/fs/cgroup/pids/pids.max',
    bench.workspace(),
  );
  expect(outputOf(outcome).split('\n').slice(0, 3)).toEqual(['1048576', '0', '1024']);
});
