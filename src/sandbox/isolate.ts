// The isolate sandbox: JavaScript in an isolate of its own, in a child process that holds nothing. What a program may touch
// it asks the kernel's side for, bound to the one permit. Whatever happens inside, the kernel and other calls live on, and
// an effect that began is never reported as if it had not.

import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { messageOf } from '../kernel/checked.ts';
import { Permit } from '../kernel/governed-call.ts';
import type { Executor } from '../kernel/ports.ts';
import { failedPreview } from '../kernel/preview.ts';
import type { Outcome, SealedAction, Tool } from '../kernel/types.ts';
import { createFetcher, type ResolveName, resolveName } from './fetch.ts';
import { compileFileAccess } from './files/file-access.ts';
import { noNotes, type UnfinishedFiles } from './files/unfinished-files.ts';
import { createWriteText } from './files/write-text.ts';
import { gatherFacts } from './isolate/call-facts.ts';
import { createHostCalls, type HostCalls } from './isolate/host-calls.ts';
import { failed, outcomeOf } from './isolate/outcome-of.ts';
import { createIsolatePool, type IsolatePool } from './isolate/pool.ts';
import { startIsolateProcess } from './isolate/process.ts';
import { type IsolateEnd, type IsolateJob, runProgram } from './isolate/run-program.ts';
import type { ChangeStore } from './preview/change-store.ts';
import { makePreview } from './preview/finish-preview.ts';
import { createPendingWrites, type PendingWrites } from './preview/pending-writes.ts';

export interface IsolateOptions {
  /** Tools whose program may run, by name. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** The Node that runs isolate processes. */
  readonly nodePath: string;
  /** Isolate processes at most, hence calls at once. */
  readonly processesMax: number;
  /** Absolute directories that no grant opens, wherever links make them lie: the state home. */
  readonly privateDirectories: readonly string[];
  /** Where previews leave what they changed; without it there are none. */
  readonly changes?: ChangeStore;
  /** Where it is noted what is being written; nowhere unless said otherwise. */
  readonly unfinished?: UnfinishedFiles;
  /** Names to addresses; the system's resolver unless a test brings its own. */
  readonly resolve?: ResolveName;
}

/** The executor of isolate calls. */
export interface IsolateExecutor extends Executor {
  readonly sandbox: 'isolate';
  /** Starts a process ahead, so that the first call finds one. */
  warm(): void;
  /** Ends all isolate processes. */
  close(): Promise<void>;
}

/** Heap of the isolates made ahead, and the most a rule can give. */
const memoryMiB = { usual: 512, max: 2_048 };
const argsBytesMax = 4 * 1_048_576;
const outputBytesMax = 8 * 1_048_576;
/** How long a call may wait for an isolate beyond its own time: less than the patience of the kernel. */
const queueMs = 5_000;
/** How long an effect that began may take to end once its program is over. */
const settleMs = 2_000;

/** Makes the isolate sandbox. Nothing starts before the first call, `availability` or `warm`. */
export function createIsolateExecutor(options: IsolateOptions): IsolateExecutor {
  const size = { usual: Math.min(options.processesMax, availableParallelism() + 1), max: options.processesMax };
  const pool = createIsolatePool(size, () => startIsolateProcess(options.nodePath, memoryMiB.usual, memoryMiB.max));
  const programOf = ({ action }: SealedAction): string => {
    const { program } = options.tools.get(action.tool) ?? { program: '' };
    return typeof program === 'string' ? program : '';
  };
  return {
    sandbox: 'isolate',
    warm: pool.warm,
    close: pool.close,
    availability: async () => {
      try {
        await pool.started();
        return { kind: 'ready', image: '' };
      } catch (error) {
        return { kind: 'missing', because: messageOf(error) };
      }
    },
    execute: async (permit, signal) => {
      const sealed = Permit.redeem(permit);
      const program = programOf(sealed);
      return program === '' ? failed(noProgram(sealed)) : executeSealed(sealed, program, pool, options, signal);
    },
    preview: async (permit, signal) => {
      const sealed = Permit.redeem(permit, 'preview');
      const program = programOf(sealed);
      if (program === '') return failedPreview(noProgram(sealed));
      const privateDirectories = await everyName(options.privateDirectories);
      return makePreview(sealed, options.changes, privateDirectories, async ({ bytes }) => {
        const pending = createPendingWrites();
        const outcome = await executeSealed(sealed, program, pool, options, signal, pending);
        return { outcome, changes: () => pending.changes(sealed.action.workspace, bytes) };
      });
    },
  };
}

const noProgram = ({ action }: SealedAction): string =>
  `the isolate sandbox has no program for the tool \`${action.tool}\``;

async function executeSealed(
  { action, decision: { grants } }: SealedAction,
  program: string,
  pool: IsolatePool,
  options: IsolateOptions,
  signal: AbortSignal,
  pending?: PendingWrites,
): Promise<Outcome> {
  const argsJson = JSON.stringify(action.args);
  if (Buffer.byteLength(argsJson) > argsBytesMax) return failed(`the arguments are longer than ${argsBytesMax} bytes`);
  const facts = gatherFacts();
  const over = new AbortController();
  const stop = () => over.abort('the call was aborted');
  const { wallMs, cpus, outputBytes } = grants.limits;
  const timers = [setTimeout(() => over.abort('no isolate was free in time'), wallMs + queueMs)];
  const startWall = () => {
    timers.push(setTimeout(() => over.abort(`the program did not end within its ${wallMs} ms`), wallMs));
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const outputBytesAllowed = Math.min(outputBytes, outputBytesMax);
    const job = {
      program,
      argsJson,
      memoryMiB: Math.min(Math.max(grants.limits.memoryMiB, 16), memoryMiB.max),
      cpuMs: wallMs * cpus,
      outputCharsMax: outputBytesAllowed,
    };
    const hostCalls = afterFirst(async () => {
      const privateDirectories = await everyName(options.privateDirectories);
      const access = compileFileAccess(grants, action.workspace, privateDirectories);
      const fetcher = createFetcher(grants, options.resolve ?? resolveName);
      const writeText = pending?.write ?? createWriteText(options.unfinished ?? noNotes);
      return createHostCalls(access, fetcher, facts, over.signal, writeText, pending);
    });
    const end = await lendAndRun(pool, job, hostCalls, startWall, over.signal);
    // No new effect begins now; one that began gets a moment to end, so that its end is known.
    over.abort('the call is over');
    await facts.settled(settleMs);
    return outcomeOf(end, facts, outputBytesAllowed);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Host functions that are made when the first one is called: many programs call none, and the others lose nothing. */
function afterFirst(make: () => Promise<HostCalls>): HostCalls {
  let made: Promise<HostCalls> | undefined;
  return async (meta, text) => {
    try {
      made ??= make();
      return await (await made)(meta, text);
    } catch {
      return { kind: 'refusal', because: 'the host call failed for a reason of the host' };
    }
  };
}

/** The directories as they are named and as they really are; one that is not there yet has its name alone. */
async function everyName(directories: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(directories.map((directory) => realpath(directory).catch(() => directory)));
  return [...directories, ...real];
}

async function lendAndRun(
  pool: IsolatePool,
  job: IsolateJob,
  hostCalls: HostCalls,
  started: () => void,
  signal: AbortSignal,
): Promise<IsolateEnd> {
  try {
    const lent = await pool.lend(signal);
    const ending = runProgram(job, lent, hostCalls, signal);
    started();
    const end = await ending;
    pool.giveBack(lent);
    return end;
  } catch (error) {
    return { kind: 'stopped', because: messageOf(error) };
  }
}
