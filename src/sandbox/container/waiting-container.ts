// A container that is made before its job is known: created, attached and started, with PID 1 waiting on standard input. It
// takes one job, and is removed by whoever made it. INVARIANT: it holds exactly the mounts of its plan, or is not handed out.

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../kernel/ports.ts';
import type { ContainerRuntime } from '../../kernel/types.ts';
import { within } from '../../kernel/within.ts';
import type { Engine } from './engine.ts';
import { engineFrames } from './engine-frames.ts';
import { type InitFrame, initFrames, tokenBytes } from './job-protocol.ts';
import type { PlannedMount } from './mount-plan.ts';
import { mountFault } from './mounts-in-place.ts';
import type { ContainerSettings } from './settings.ts';

/** What is heard from a container: what PID 1 says, and at last that no more will come (`because`: what the runtime said). */
export type Heard = InitFrame | { readonly kind: 'silence'; readonly because: string };

/** A container that waits, and what was seen of it. */
export interface Ready {
  readonly container: WaitingContainer;
  /** No file can be made setuid or setgid in it. */
  readonly closesSetuid: boolean;
}

/** A container with an open line to its PID 1. */
export interface WaitingContainer {
  readonly id: string;
  readonly name: string;
  /** Of its one job, by which its end is known; made with the container, where nobody waits. */
  readonly token: Buffer;
  /** False once the line is closed: it takes no job any more. */
  readonly isWaiting: boolean;
  /** Sends bytes to PID 1. */
  send(bytes: Buffer): void;
  /** Ends standard input: PID 1 ends the job and everything else. */
  hangUp(): void;
  /** Hears everything from now on; one at a time. */
  listen(listener: (heard: Heard) => void): void;
  /** Gives up the line. */
  close(): void;
}

/** What a waiting container is made with. */
export interface WaitingRequest {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly settings: ContainerSettings;
  readonly mounts: readonly PlannedMount[];
  readonly runtime: ContainerRuntime;
}

/** A container lost a mount while it was made; one with a new plan may be what it should. */
export class NotAsPlanned extends Error {}

/** PID 1 speaks at once; an engine under load starts it late. */
const readyMs = 15_000;

/**
 * Makes one.
 * @throws {Error} if that is not possible; the caller removes what may be there under the name of the settings.
 */
export async function startWaiting(request: WaitingRequest, signal: AbortSignal): Promise<Ready> {
  const { engine, settings, clock } = request;
  const id = await engine.create(settings);
  const stream = await engine.attach(id, true);
  const container = overStream(id, settings.name, stream);
  try {
    const first = new Promise<Heard>((resolve) => container.listen(resolve));
    await engine.start(id);
    const heard = await within(() => first, 'the first process of the container', readyMs, clock, signal);
    if (heard.kind === 'refused') throw new Error(heard.because);
    if (heard.kind === 'silence') throw new Error(heard.because || 'the container ended before it was ready');
    if (heard.kind !== 'ready') throw new Error('the container spoke before it was ready');
    const fault = mountFault(heard.mountinfo, request.mounts, request.runtime);
    if (fault !== '') throw new NotAsPlanned(`the container was not made as planned: ${fault}`);
    return { container, closesSetuid: heard.closesSetuid };
  } catch (error) {
    container.close();
    throw error;
  }
}

function overStream(id: string, name: string, stream: Duplex): WaitingContainer {
  let isWaiting = true;
  let listener: (heard: Heard) => void = () => {};
  const complaints: Buffer[] = [];
  const frames = initFrames((frame) => listener(frame));
  const wrapped = engineFrames((printedOn, bytes) => {
    // Only a container without PID 1 prints there: the runtime says why it could not be started.
    if (printedOn === 1) frames.push(bytes);
    else if (complaints.length < 16) complaints.push(bytes);
  });
  const silence = () => {
    if (!isWaiting) return;
    isWaiting = false;
    listener({ kind: 'silence', because: Buffer.concat(complaints).toString().trim() });
  };
  stream.on('data', (chunk: Buffer) => {
    wrapped.push(chunk);
    if (wrapped.isBroken || frames.isBroken) stream.destroy();
  });
  stream.on('error', () => stream.destroy());
  stream.on('end', silence);
  stream.on('close', silence);
  return {
    id,
    name,
    token: randomBytes(tokenBytes),
    get isWaiting() {
      return isWaiting;
    },
    send: (bytes) => void stream.write(bytes),
    hangUp: () => void stream.end(),
    listen: (next) => {
      listener = next;
    },
    close: () => void stream.destroy(),
  };
}
