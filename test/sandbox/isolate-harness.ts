// A real isolate sandbox over a real directory, for tests: `run` is one call with a permit of its own.

import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSandboxLimits } from '../../src/kernel/limits.ts';
import type { Grants, JsonObject, Outcome, SandboxLimits, Tool } from '../../src/kernel/types.ts';
import { createIsolateExecutor, type IsolateExecutor, type IsolateOptions } from '../../src/sandbox/isolate.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { jsTool } from '../../src/sandbox/tools/js.ts';
import { permitFor } from '../fixtures/permit-for.ts';

const rawTool: Tool = {
  ...jsTool,
  name: 'raw',
  program: 'return String(await new (Object.getPrototypeOf(async () => {}).constructor)("host", args.code)(host));',
};

export interface TestSandbox extends AsyncDisposable {
  readonly executor: IsolateExecutor;
  /** Canonical directory of the calls. */
  readonly workspace: string;
  /** Calls a tool; `limits` are laid over the defaults. */
  call(tool: string, args: JsonObject, grants?: Partial<Grants>, limits?: Partial<SandboxLimits>): Promise<Outcome>;
  /** Runs code that has all host functions in `host`; its value as text is the output. */
  run(code: string, grants?: Partial<Grants>, limits?: Partial<SandboxLimits>): Promise<Outcome>;
}

export function createTestSandbox(options: Partial<IsolateOptions> = {}): TestSandbox {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-isolate-')));
  const executor = createIsolateExecutor({
    tools: new Map([...builtInTools, ['raw', rawTool]]),
    nodePath: process.execPath,
    processesMax: 2,
    privateDirectories: [],
    ...options,
  });
  const call: TestSandbox['call'] = async (tool, args, grants = {}, limits = {}) => {
    const whole = { ...grants, limits: { ...defaultSandboxLimits, ...limits } };
    const permit = await permitFor({ tool, args, sandbox: 'isolate', workspace }, whole);
    return executor.execute(permit, new AbortController().signal);
  };
  return {
    executor,
    workspace,
    call,
    run: (code, grants, limits) => call('raw', { code }, grants, limits),
    [Symbol.asyncDispose]: async () => {
      await executor.close();
      rmSync(workspace, { recursive: true, force: true });
    },
  };
}

/** The output of a call that ended well, or else what it said instead. */
export const said = (outcome: Outcome): string =>
  outcome.kind === 'ok' ? outcome.output : `${outcome.kind}: ${outcome.because}`;

/** After an attack: the kernel's process is this one, and the next call works. Gives the isolate process of that call. */
export async function livesOn(sandbox: TestSandbox): Promise<{ readonly pid: number }> {
  const outcome = await sandbox.run('return 6 * 7');
  if (said(outcome) !== '42') throw new Error(`the sandbox did not live on: ${said(outcome)}`);
  return { pid: isolateProcessOf(process.pid) };
}

function isolateProcessOf(kernel: number): number {
  const below = (pid: number): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
  const isIsolate = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('isolate/child');
  return below(kernel).flatMap(below).find(isIsolate) ?? 0;
}
