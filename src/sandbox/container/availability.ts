// Whether a container could run now; if not, what is missing and how to get it, in words a person can act on. Nothing is
// fetched for a call. INVARIANT: where an image is named by its digest, what is found has that digest, or nothing runs.

import type { Availability, Clock } from '../../kernel/ports.ts';
import { type Engine, EngineError, type FoundImage } from './engine.ts';

/** Ready with the id of the image, so that what was found is what is used. */
export type Readiness =
  | { readonly kind: 'ready'; readonly imageId: string }
  | Extract<Availability, { readonly kind: 'missing' }>;

/** Where images are looked for. */
export interface ImageSearch {
  readonly engine: Engine;
  /** Image of a call whose rules name none. */
  readonly usualImage: string;
  readonly socketPath: string;
  readonly clock: Clock;
}

// How long an answer counts. A missing engine is asked for again soon, because somebody is busy starting it. One that was
// ready is asked again while the call goes on: if it is gone, the call says so itself.
const readyMs = 60_000;
const freshMs = 5_000;
const missingMs = 500;

/** Policies name a few images; what is beyond is asked for again. */
const imagesMax = 64;

/**
 * Whether a container of an image could run; '' is the usual image. Remembers the answers about the images last asked for.
 * Never rejects.
 */
export function readinessOf(search: ImageSearch): (image: string) => Promise<Readiness> {
  const known = new Map<string, () => Promise<Readiness>>();
  return (image) => {
    const look = known.get(image) ?? remembered(() => lookAt(image, search), search.clock);
    known.delete(image);
    known.set(image, look);
    for (const oldest of known.keys()) {
      if (known.size <= imagesMax) break;
      known.delete(oldest);
    }
    return look();
  };
}

/** Asks, and remembers the answer for a moment. */
function remembered(look: () => Promise<Readiness>, clock: Clock): () => Promise<Readiness> {
  let known: Promise<Readiness> | undefined;
  let asking: Promise<Readiness> | undefined;
  let freshUntil = 0;
  let until = 0;
  const ask = (): Promise<Readiness> => {
    asking ??= look().then((readiness) => {
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

async function lookAt(named: string, { engine, usualImage, socketPath }: ImageSearch): Promise<Readiness> {
  const image = named || usualImage;
  try {
    const found = await engine.image(image);
    const otherwise = becauseOther(image, found);
    return otherwise === '' ? { kind: 'ready', imageId: found.id } : { kind: 'missing', because: otherwise };
  } catch (error) {
    const isAbsent = error instanceof EngineError && error.status === 404;
    if (isAbsent) return { kind: 'missing', because: named === '' ? usualAbsent(image) : namedAbsent(image) };
    return { kind: 'missing', because: missingBecause(error, socketPath) };
  }
}

/** Why what was found is not what a digest names, or ''. A name without a digest is whatever it stands for now. */
function becauseOther(image: string, { id, digests }: FoundImage): string {
  const [digest = ''] = /(?<=^|@)sha256:.*$/.exec(image) ?? [];
  if (digest === '' || id === digest || digests.some((one) => one.endsWith(`@${digest}`))) return '';
  return `the engine has another image under \`${image}\`: \`${id}\`; remove it, and bring the one that has this digest`;
}

const usualAbsent = (image: string): string =>
  `the sandbox image \`${image}\` is not there; build it with \`sh scripts/sandbox-image.sh\``;

const namedAbsent = (image: string): string => {
  const fetched = image.includes('@') ? `fetch it with \`docker pull ${image}\`` : 'bring it with `docker load`';
  return `the image \`${image}\`, which a rule names for this call, is not there, and a call fetches none; ${fetched}`;
};

function missingBecause(error: unknown, socketPath: string): string {
  const { code, message } = error instanceof EngineError ? error : { code: '', message: String(error) };
  const fix = 'run `sh scripts/docker-engine.sh` as root, or install and start the package docker.io';
  if (code === 'ENOENT') return `Docker is not installed or not running: there is no socket \`${socketPath}\`; ${fix}`;
  if (code === 'ECONNREFUSED') return `no Docker engine is running behind \`${socketPath}\`; ${fix}`;
  if (code === 'EACCES' || code === 'EPERM') {
    return `this user may not use the Docker socket \`${socketPath}\`; add them to the group \`docker\` and log in again`;
  }
  return `the Docker engine behind \`${socketPath}\` is of no use now (${message}); look at its log, or ${fix}`;
}
