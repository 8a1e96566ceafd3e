// The few questions that are put to the Docker engine, each with a patience of its own: an engine that hangs must not hang
// a call. Whatever goes wrong is an `EngineError`, whose `status` is the engine's own answer, or 0 when it gave none.

import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import type { Clock } from '../../kernel/ports.ts';
import { within } from '../../kernel/within.ts';
import type { Identity } from './identity.ts';
import { userShiftOf } from './user-shift.ts';

/** The engine refused (`status` as in HTTP), or did not answer (`status` 0; `code` as in Node's errors, if any). */
export class EngineError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(message: string, status: number, code: string, cause: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

/** How a container stands, or stood when it ended. */
export interface ContainerState {
  readonly isRunning: boolean;
  /** False as long as none of its processes has ever run. */
  readonly wasStarted: boolean;
  readonly exitStatus: number;
  readonly ranOutOfMemory: boolean;
}

/** An image of this machine. */
export interface FoundImage {
  readonly id: string;
  /** Digests under which it was fetched or published, each `name@sha256:…`. */
  readonly digests: readonly string[];
}

/** A container as a sweep sees it. */
export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In the engine's words: `running`, `exited`, … */
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What this project asks of Docker, and nothing else. Every method rejects with `EngineError`. */
export interface Engine {
  /** What is added to users and groups of containers to get those of this machine; an engine without limits is refused. */
  userShift(): Promise<Identity>;
  /** The image that a name, a digest or an id stands for. */
  image(name: string): Promise<FoundImage>;
  create(options: Docker.ContainerCreateOptions): Promise<string>;
  /** Raw two-way stream of a container; what it prints comes in frames. */
  attach(id: string, withStdin: boolean): Promise<Duplex>;
  start(id: string): Promise<void>;
  /** Resolves when the container is no longer running. Its only patience is `signal`. */
  wait(id: string, signal: AbortSignal): Promise<void>;
  kill(id: string): Promise<void>;
  inspect(id: string): Promise<ContainerState>;
  /** Whether the engine saw the container run out of memory between two instants (milliseconds since the epoch). */
  sawOutOfMemory(id: string, since: number, until: number): Promise<boolean>;
  /** Ends it if it runs, and removes it. A container that is not there is fine. */
  remove(id: string): Promise<void>;
  /** Those that carry all of the labels: `name`, or `name=value`. */
  list(...labels: readonly string[]): Promise<readonly ListedContainer[]>;
}

// Patience in milliseconds. Creating and starting get much, because an engine under load queues them.
const quickMs = 3_000;
const usualMs = 15_000;
const slowMs = 30_000;

/**
 * docker-modem spells out its options for every request, in case somebody wants to see them: with the sockets of the agent,
 * and all that hangs on them, that takes tens of milliseconds, and more with each container that waits.
 */
class TerseAgent extends Agent {
  [inspect.custom](): string {
    return 'Agent';
  }
}

/** The engine behind a Unix socket. Opens nothing until it is asked something. */
export function engineAt(socketPath: string, clock: Clock): Engine {
  // A socket per request: an engine that restarts closes idle ones, and a request on one of those fails for nothing.
  const options = { socketPath, agent: new TerseAgent({ keepAlive: false }) };
  const docker = new Docker(options);
  // For what takes no abort signal: gives up a silent connection, so that it does not keep the process alive.
  const impatient = new Docker({ ...options, timeout: slowMs });
  const never = new AbortController().signal;
  const ask = async <T>(doing: string, ms: number, work: (abortSignal: AbortSignal) => Promise<T>, signal = never) => {
    try {
      return await within(work, doing, ms, clock, signal);
    } catch (error) {
      throw engineError(doing, error);
    }
  };
  return {
    userShift: async () => {
      const told = await ask('asking what the engine is', quickMs, () => impatient.info());
      try {
        return userShiftOf(told);
      } catch (error) {
        throw engineError('asking what the engine is', error);
      }
    },
    image: async (name) => {
      const found = await ask('looking for the image', quickMs, () => impatient.getImage(name).inspect());
      return { id: found.Id, digests: found.RepoDigests ?? [] };
    },
    create: async (options) => {
      const made = await ask('creating the container', slowMs, (abortSignal) =>
        docker.createContainer({ ...options, abortSignal }),
      );
      return made.id;
    },
    attach: async (id, withStdin) => {
      // A signal of its own: the other one aborts when the answer is there, and would cut the stream.
      const cut = new AbortController();
      const streams = { stream: true, stdin: withStdin, stdout: true, stderr: true, hijack: true };
      const options = { ...streams, abortSignal: cut.signal };
      try {
        const opened = await ask('attaching to the container', usualMs, () => docker.getContainer(id).attach(options));
        if (opened instanceof Duplex) return opened;
        throw new EngineError('attaching to the container gave no stream', 0, '', undefined);
      } catch (error) {
        cut.abort();
        throw error;
      }
    },
    start: async (id) =>
      void (await ask('starting the container', slowMs, (abortSignal) =>
        docker.getContainer(id).start({ abortSignal }),
      )),
    wait: async (id, signal) =>
      void (await ask(
        'waiting for the container',
        weekMs,
        (abortSignal) => docker.getContainer(id).wait({ abortSignal }),
        signal,
      )),
    kill: async (id) =>
      void (await ask('ending the container', quickMs, (abortSignal) =>
        docker.getContainer(id).kill({ signal: 'SIGKILL', abortSignal }),
      )),
    inspect: async (id) => {
      const { State } = await ask('inspecting the container', usualMs, (abortSignal) =>
        docker.getContainer(id).inspect({ abortSignal }),
      );
      return {
        isRunning: State.Running,
        wasStarted: State.Running || !State.StartedAt.startsWith('0001-'),
        exitStatus: State.ExitCode,
        ranOutOfMemory: State.OOMKilled,
      };
    },
    sawOutOfMemory: async (id, since, until) => {
      const filters = JSON.stringify({ container: [id], event: ['oom'] });
      const window = { since: since / 1_000, until: until / 1_000, filters };
      return ask('looking for what ended the container', quickMs, async () => {
        let seen = 0;
        for await (const chunk of await impatient.getEvents(window)) seen += chunk.length;
        return seen > 0;
      });
    },
    remove: async (id) => {
      try {
        await ask('removing the container', slowMs, () => impatient.getContainer(id).remove({ force: true, v: true }));
      } catch (error) {
        if (!(error instanceof EngineError && error.status === 404)) throw error;
      }
    },
    list: async (...labels) => {
      const filters = JSON.stringify({ label: labels });
      const found = await ask('listing containers', usualMs, (abortSignal) =>
        docker.listContainers({ all: true, filters, abortSignal }),
      );
      return found.map(({ Id, Names, Labels, State, Created }) => ({
        id: Id,
        name: Names[0]?.slice(1) ?? Id,
        labels: Labels,
        state: State,
        createdAt: Created * 1_000,
      }));
    },
  };
}

/** `wait` ends by its signal; timers cannot be longer than 24 days. */
const weekMs = 604_800_000;

function engineError(doing: string, error: unknown): EngineError {
  const fields = Object(error);
  const status = typeof fields.statusCode === 'number' ? fields.statusCode : 0;
  const code = typeof fields.code === 'string' ? fields.code : '';
  const said = typeof fields.json?.message === 'string' ? fields.json.message : String(fields.message ?? error);
  return new EngineError(`${doing} did not succeed: ${said.trim()}${adviceFor(said, status)}`, status, code, error);
}

/** What a person can do, for what happens on good machines too. */
function adviceFor(said: string, status: number): string {
  if (/no space left on device/i.test(said)) return '; make room where the engine keeps its data (`docker system df`)';
  return status === 404 && /no such image/i.test(said) ? '; it was there a moment ago: try again' : '';
}
