// What every executor does, whatever its sandbox is. One suite; an implementation says how its programs are written. What
// only one kind of sandbox can do is tested beside it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Permit } from '../../src/kernel/governed-call.ts';
import { defaultSandboxLimits, noGrants } from '../../src/kernel/limits.ts';
import type { Executor } from '../../src/kernel/ports.ts';
import type { Grants, JsonObject, Outcome, SandboxLimits } from '../../src/kernel/types.ts';

/** What a program of a test does; arguments of the tool that does it. */
export interface TestPrograms {
  /** Says `text`, to the byte. */
  say(text: string): JsonObject;
  /** Ends badly, with `text` as its own reason or among what it printed. */
  fail(text: string): JsonObject;
  /** Says what is in the file; ends badly where it may not. */
  read(path: string): JsonObject;
  /** Writes the file; ends badly where it may not. */
  write(path: string, text: string): JsonObject;
  /** Writes the file again and again, for ever. */
  writeForEver(path: string): JsonObject;
  /** Computes for ever. */
  spin(): JsonObject;
  /** Wants more memory than anybody has. */
  hog(): JsonObject;
  /** Leaves what it can for the next call in the same place, and says how much an earlier one left. */
  leave(): JsonObject;
  /** Says all it knows of its environment. */
  environment(): JsonObject;
  /** Connects to a port of this machine; ends badly where it cannot. */
  connect(port: number): JsonObject;
}

/** One executor, and how to use it. */
export interface ExecutorBench {
  readonly executor: Executor & { close(): Promise<void> };
  readonly programs: TestPrograms;
  /** A new empty workspace. */
  workspace(): string;
  permit(args: JsonObject, workspace: string, grants: Partial<Grants>): Promise<Permit>;
  /** One of its kind whose sandbox is not there. */
  absent(): Executor & { close(): Promise<void> };
  /** How many processes or containers of it are there now. */
  left(): Promise<number>;
}

const limited = (limits: Partial<SandboxLimits>) => ({ limits: { ...defaultSandboxLimits, ...limits } });
const never = new AbortController().signal;
const said = (outcome: Outcome): string => ('output' in outcome ? outcome.output : '');
const told = (outcome: Outcome): string => `${'because' in outcome ? outcome.because : ''}\n${said(outcome)}`;

/** Adds the tests; the bench is asked for when they run. The last one closes its executor. */
export function testExecutor(name: string, benchOf: () => ExecutorBench): void {
  const run = async (
    program: (programs: TestPrograms) => JsonObject,
    workspace = benchOf().workspace(),
    grants: Partial<Grants> = {},
    signal = never,
  ): Promise<Outcome> => {
    const { executor, programs, permit } = benchOf();
    return executor.execute(await permit(program(programs), workspace, grants), signal);
  };

  test(`${name}: what is no permit runs nothing`, async () => {
    await expect(benchOf().executor.execute(Object.create(null), never)).rejects.toThrow(/permit|not one/);
  });

  test(`${name}: P1: a permit runs once`, async () => {
    const { executor, programs, permit, workspace } = benchOf();
    const place = workspace();
    const once = await permit(programs.write('out/a', 'x'), place, { write: ['out/**'] });
    expect(await executor.execute(once, never)).toMatchObject({ kind: 'ok' });
    writeFileSync(join(place, 'out/a'), 'mine');
    await expect(executor.execute(once, never)).rejects.toThrow(/redeemed/);
    expect(readFileSync(join(place, 'out/a'), 'utf8')).toBe('mine');
  });

  test(`${name}: a permit to run is none for a preview, and stays as good as it was`, async () => {
    const { executor, programs, permit, workspace } = benchOf();
    const place = workspace();
    const once = await permit(programs.write('out/a', 'x'), place, { write: ['out/**'] });
    await expect(executor.preview(once, never)).rejects.toThrow(/permit|redeemed|preview/);
    expect(existsSync(join(place, 'out/a'))).toBe(false);
  });

  test(`${name}: where its sandbox is not there it says what to do, and a call has failed with nothing done`, async () => {
    const { absent, programs, permit, workspace } = benchOf();
    const executor = absent();
    const place = workspace();
    expect(await executor.availability(noGrants, place)).toMatchObject({
      kind: 'missing',
      because: expect.stringMatching(/\S/),
    });
    const outcome = await executor.execute(
      await permit(programs.write('out/a', 'x'), place, { write: ['out/**'] }),
      never,
    );
    expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/\S/) });
    expect(existsSync(join(place, 'out/a'))).toBe(false);
    await executor.close();
  });

  test(`${name}: where its sandbox is there it says so`, async () => {
    expect(await benchOf().executor.availability(noGrants, benchOf().workspace())).toMatchObject({ kind: 'ready' });
  });

  test(`${name}: a call that was aborted before runs nothing`, async () => {
    const place = benchOf().workspace();
    const outcome = await run((p) => p.write('out/a', 'x'), place, { write: ['out/**'] }, AbortSignal.abort());
    expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/abort/) });
    expect(existsSync(join(place, 'out/a'))).toBe(false);
  });

  test(`${name}: P7: what is not granted is neither read nor written`, async () => {
    const place = benchOf().workspace();
    for (const file of ['.env', 'a.txt', 'locked.txt']) writeFileSync(join(place, file), `what ${file} holds`);
    const grants = { read: ['.'], write: ['out/**'], exceptRead: ['**/.env'] };
    for (const path of ['.env', '/etc/shadow', '../a.txt']) {
      const outcome = await run((p) => p.read(path), place, grants);
      expect(outcome, path).toMatchObject({ kind: 'failed' });
      expect(told(outcome)).not.toMatch(/what \.env holds|root:/);
    }
    expect(await run((p) => p.write('locked.txt', 'x'), place, grants)).toMatchObject({ kind: 'failed' });
    expect(readFileSync(join(place, 'locked.txt'), 'utf8')).toBe('what locked.txt holds');
    expect(said(await run((p) => p.read('a.txt'), place, grants))).toContain('what a.txt holds');
    expect(await run((p) => p.read('a.txt'), place)).toMatchObject({ kind: 'failed' });
  });

  test(`${name}: there is no way to the network`, async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await run((p) => p.connect(port))).toMatchObject({ kind: 'failed' });
    expect(connections).toBe(0);
    server.close();
  });

  test(`${name}: P10: it knows nothing of the kernel's environment`, async () => {
    process.env.SALLYPORT_TEST_SECRET = 'never-inside';
    const outcome = await run((p) => p.environment());
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(told(outcome)).not.toMatch(/never-inside/);
  });

  test(`${name}: what a program says comes as it is`, async () => {
    const text = 'ü€😀 "quoted" \\ $HOME `id`\n\ttab';
    expect(await run((p) => p.say(text))).toMatchObject({ kind: 'ok', output: text, truncated: false });
  });

  test(`${name}: what was written when a call ended well is there, to the byte`, async () => {
    const place = benchOf().workspace();
    const text = `${'ü'.repeat(50_000)}end`;
    expect(await run((p) => p.write('out/deep/a', text), place, { write: ['out/**'] })).toMatchObject({ kind: 'ok' });
    expect(readFileSync(join(place, 'out/deep/a'), 'utf8')).toBe(text);
  });

  test(`${name}: a program that ends badly has failed, with its reason, and it is no doubt`, async () => {
    const outcome = await run((p) => p.fail('my own reason'));
    expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringMatching(/\S/) });
    expect(told(outcome)).toContain('my own reason');
  });

  test(`${name}: a program that runs too long is ended`, async () => {
    const outcome = await run((p) => p.spin(), undefined, limited({ wallMs: 1_500 }));
    expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringContaining('1500 ms') });
  });

  test(`${name}: a program that is aborted is ended, and does nothing more`, async () => {
    const place = benchOf().workspace();
    const abort = new AbortController();
    const running = run((p) => p.writeForEver('out/ticks'), place, { write: ['out/**'] }, abort.signal);
    const ticks = () => existsSync(join(place, 'out/ticks')) && readFileSync(join(place, 'out/ticks'), 'utf8');
    await expect.poll(ticks, { timeout: 30_000, interval: 20 }).toMatch(/x/);
    abort.abort();
    expect(await running).toMatchObject({ kind: 'failed', because: expect.stringMatching(/abort/) });
    writeFileSync(join(place, 'out/ticks'), 'mine');
    expect(await run((p) => p.say('another call'))).toMatchObject({ kind: 'ok' });
    expect(ticks()).toBe('mine');
  });

  test(`${name}: more output than the limit is cut there, between characters, and told`, async () => {
    const outcome = await run((p) => p.say('€'.repeat(1_000)), undefined, limited({ outputBytes: 100 }));
    expect(outcome).toMatchObject({ kind: 'ok', truncated: true, output: '€'.repeat(33) });
  });

  test(`${name}: want of memory fails the call, and the next one is well`, async () => {
    expect(await run((p) => p.hog(), undefined, limited({ memoryMiB: 64 }))).toMatchObject({ kind: 'failed' });
    expect(await run((p) => p.say('well'))).toMatchObject({ kind: 'ok', output: 'well' });
  });

  test(`${name}: nothing stays from one call to the next`, async () => {
    const place = benchOf().workspace();
    for (let call = 0; call < 3; call += 1)
      expect(await run((p) => p.leave(), place)).toMatchObject({ kind: 'ok', output: '0' });
  });

  test(`${name}: calls at once get each their own answer`, async () => {
    const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((text) => run((p) => p.say(text))));
    expect(outcomes.map(said)).toEqual(['a', 'b', 'c', 'd']);
  });

  test(`${name}: closing ends what runs, then nothing runs any more, and nothing is left`, async () => {
    const { executor, left } = benchOf();
    const place = benchOf().workspace();
    const running = run((p) => p.writeForEver('out/ticks'), place, { write: ['out/**'] });
    await expect.poll(() => existsSync(join(place, 'out/ticks')), { timeout: 30_000, interval: 20 }).toBe(true);
    expect(await left()).toBeGreaterThan(0);
    await executor.close();
    expect(await running).toMatchObject({ kind: 'failed' });
    expect(await run((p) => p.write('out/late', 'x'), place, { write: ['out/**'] })).toMatchObject({ kind: 'failed' });
    expect(existsSync(join(place, 'out/late'))).toBe(false);
    await expect.poll(left, { timeout: 10_000, interval: 20 }).toBe(0);
  });
}
