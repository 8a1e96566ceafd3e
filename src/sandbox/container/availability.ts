// Whether a container could run now; if not, what is missing and how to get it, in words a person can act on.

import type { Availability, Clock } from '../../kernel/ports.ts';
import { type Engine, EngineError } from './engine.ts';

/** Ready with the id of the image, so that what was found is what is used. */
export type Readiness =
  | { readonly kind: 'ready'; readonly imageId: string }
  | Extract<Availability, { readonly kind: 'missing' }>;

// How long an answer counts. A missing engine is asked for again soon, because somebody is busy starting it. One that was
// ready is asked again while the call goes on: if it is gone, the call says so itself.
const readyMs = 60_000;
const freshMs = 5_000;
const missingMs = 500;

/** Asks the engine and remembers the answer for a moment. Never rejects. */
export function readinessOf(engine: Engine, image: string, socketPath: string, clock: Clock): () => Promise<Readiness> {
  let known: Promise<Readiness> | undefined;
  let asking: Promise<Readiness> | undefined;
  let freshUntil = 0;
  let until = 0;
  const ask = (): Promise<Readiness> => {
    asking ??= lookAt(engine, image, socketPath).then((readiness) => {
      const now = clock.monotonic();
      const isReady = readiness.kind === 'ready';
      freshUntil = now + (isReady ? freshMs : missingMs);
      until = now + (isReady ? readyMs : missingMs);
      known = Promise.resolve(readiness);
      asking = undefined;
      return readiness;
    });
    return asking;
  };
  return () => {
    const now = clock.monotonic();
    if (known === undefined || now >= until) return ask();
    if (now >= freshUntil) ask();
    return known;
  };
}

async function lookAt(engine: Engine, image: string, socketPath: string): Promise<Readiness> {
  try {
    return { kind: 'ready', imageId: await engine.imageId(image) };
  } catch (error) {
    return { kind: 'missing', because: missingBecause(error, image, socketPath) };
  }
}

function missingBecause(error: unknown, image: string, socketPath: string): string {
  const { code, status, message } =
    error instanceof EngineError ? error : { code: '', status: 0, message: String(error) };
  const fix = 'run `sh scripts/docker-engine.sh` as root, or install and start the package docker.io';
  if (status === 404)
    return `the sandbox image \`${image}\` is not there; build it with \`sh scripts/sandbox-image.sh\``;
  if (code === 'ENOENT') return `Docker is not installed or not running: there is no socket \`${socketPath}\`; ${fix}`;
  if (code === 'ECONNREFUSED') return `no Docker engine is running behind \`${socketPath}\`; ${fix}`;
  if (code === 'EACCES' || code === 'EPERM') {
    return `this user may not use the Docker socket \`${socketPath}\`; add them to the group \`docker\` and log in again`;
  }
  return `the Docker engine behind \`${socketPath}\` is of no use now (${message}); look at its log, or ${fix}`;
}
