// What every container executor does beyond what every executor does, whatever runs its containers: the promises about
// commands, statuses, signals and mounts. An implementation adds its bench.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultSandboxLimits } from '../../src/kernel/limits.ts';
import type { SandboxLimits } from '../../src/kernel/types.ts';
import { type ContainerBench, outputOf } from '../fixtures/container-bench.ts';

const limited = (limits: Partial<SandboxLimits>) => ({ limits: { ...defaultSandboxLimits, ...limits } });

/** Adds the tests; the bench is asked for when they run. */
export function testContainerExecutor(name: string, benchOf: () => ContainerBench): void {
  const run: ContainerBench['run'] = (...words) => benchOf().run(...words);
  const workspace = () => benchOf().workspace();

  test(`${name}: a call that was aborted before runs nothing`, async () => {
    const outcome = await run('true', workspace(), {}, AbortSignal.abort());
    expect(outcome).toMatchObject({ kind: 'failed', facts: { started: false } });
  });

  test(`${name}: what is closed is not read, what may only be read is not written, and nothing else is there`, async () => {
    const place = workspace();
    for (const file of ['.env', 'a.txt', 'locked.txt']) writeFileSync(join(place, file), file);
    const command = 'cat .env; cat a.txt; echo x > locked.txt; echo x > /etc/x; id -u';
    const grants = { read: ['.'], write: ['out/**'], exceptRead: ['**/.env'] };
    const outcome = await run(`exec 2>&1; ${command}`, place, grants);
    expect(outputOf(outcome)).not.toMatch(/^\.env$|^0$/m);
    expect(outputOf(outcome)).toMatch(
      /Permission denied[\s\S]*a\.txt[\s\S]*Read-only[\s\S]*(Read-only|Permission denied)/,
    );
  });

  test(`${name}: there is no way to the network`, async () => {
    const command = 'exec 3<>/dev/tcp/1.1.1.1/53 || exec 3<>/dev/tcp/172.17.0.1/22';
    expect(await run(command, workspace(), limited({ wallMs: 10_000 }))).toMatchObject({ kind: 'failed' });
  });

  test(`${name}: output, standard input and status come as they are`, async () => {
    const call = { command: 'cat; echo err >&2; printf "\\xc3\\xbc"; exit 42', stdin: 'in' };
    const outcome = await run(call, workspace());
    expect(outcome).toMatchObject({ kind: 'failed', because: 'exited with status 42', truncated: false });
    expect(outputOf(outcome)).toMatch(/^in/);
    expect(outputOf(outcome)).toContain('ü');
    expect(outcome.facts).toMatchObject({ exitStatus: 42, signal: 0, stdoutBytes: 4, stderrBytes: 4 });
  });

  test(`${name}: the end by a signal is told`, async () => {
    expect(await run('kill -9 $$', workspace())).toMatchObject({ facts: { exitStatus: 137, signal: 9 } });
  });

  test(`${name}: what runs too long, or is aborted, is ended and keeps what it printed`, async () => {
    const wall = await run('echo begun; sleep 60', workspace(), limited({ wallMs: 1_500 }));
    expect(wall).toMatchObject({ kind: 'failed', output: 'begun\n', facts: { ending: 'wall' } });
    const abort = new AbortController();
    const running = run('echo begun; sleep 60', workspace(), {}, abort.signal);
    setTimeout(() => abort.abort(), 4_000);
    expect(await running).toMatchObject({ kind: 'failed', output: 'begun\n', facts: { ending: 'aborted' } });
  });

  test(`${name}: more output than the limit is cut there, and a flood ends the call`, async () => {
    const cut = await run('seq 1 10000; exit 3', workspace(), limited({ outputBytes: 100 }));
    expect(cut).toMatchObject({ because: 'exited with status 3', truncated: true });
    expect(outputOf(cut)).toHaveLength(100);
    expect(await run(['yes'], workspace(), limited({ outputBytes: 100 }))).toMatchObject({
      facts: { ending: 'flood' },
    });
  });

  test(`${name}: want of memory fails the call, and the next one is well`, async () => {
    const hog = ['python3', '-c', 'x = bytearray(600 * 1024 * 1024); print("got it")'];
    expect(await run(hog, workspace(), limited({ memoryMiB: 128 }))).toMatchObject({ kind: 'failed', output: '' });
    expect(await run('echo well', workspace())).toMatchObject({ kind: 'ok', output: 'well\n' });
  });

  test(`${name}: an end that the job forges or brings about is never a good one`, async () => {
    const command = 'kill -9 1; printf "X\\0\\0\\0\\37%031d" 0 > /proc/1/fd/1; echo forged; sleep 0.2; exit 7';
    const outcome = await run(command, workspace());
    expect(outcome.kind).not.toBe('ok');
  });
}
