// What the operator set: the state home, `config.yaml` in it, and the few environment variables Sallyport knows. Read once,
// at the start; everything else gets values.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { Config } from './config-file.ts';

/** Everything that was set, by file or environment. */
export interface Settings {
  readonly home: string;
  readonly config: Config;
  readonly keys: {
    readonly anthropic: { readonly apiKey: string; readonly baseUrl: string };
    readonly openai: { readonly apiKey: string; readonly baseUrl: string };
  };
  readonly docker: { readonly socketPath: string };
  /** Values of secrets by the variables that hold them. Never to be shown. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly isColour: boolean;
}

/**
 * Reads the settings. With `isLenient`, for stopping agents, a `config.yaml` that does not fit is as if it were not there.
 * @throws {ConfigError} for a missing home or a `config.yaml` that does not fit.
 */
export async function readSettings(env: NodeJS.ProcessEnv, isLenient = false): Promise<Settings> {
  const home = homeOf(env);
  return {
    home,
    config: await readConfig(join(home, 'config.yaml')).catch((error: unknown) => {
      if (isLenient) return nothingSet;
      throw error;
    }),
    keys: {
      anthropic: { apiKey: env.ANTHROPIC_API_KEY ?? '', baseUrl: env.ANTHROPIC_BASE_URL ?? '' },
      openai: { apiKey: env.OPENAI_API_KEY ?? '', baseUrl: env.OPENAI_BASE_URL ?? '' },
    },
    docker: { socketPath: socketOf(env.DOCKER_HOST ?? '') },
    secrets: secretsIn(env),
    isColour: !env.NO_COLOR && env.TERM !== 'dumb',
  };
}

const nothingSet: Config = Object.freeze({ people: [], agents: {} });

/** Variables that start with `SALLYPORT_SECRET_`. */
function secretsIn(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const found = Object.entries(env).filter(([name]) => name.startsWith('SALLYPORT_SECRET_'));
  return Object.fromEntries(found.map(([name, value]) => [name, value ?? '']));
}

function homeOf(env: NodeJS.ProcessEnv): string {
  if (env.SALLYPORT_HOME) return resolve(env.SALLYPORT_HOME);
  if (env.HOME) return resolve(env.HOME, '.sallyport');
  throw new ConfigError('could not find the state directory: set `HOME` or `SALLYPORT_HOME`');
}

function socketOf(dockerHost: string): string {
  if (dockerHost === '') return '/var/run/docker.sock';
  if (dockerHost.startsWith('unix://')) return dockerHost.slice('unix://'.length);
  throw new ConfigError(`could not use \`DOCKER_HOST=${dockerHost}\`: only unix:// sockets are supported`);
}

/** What `config.yaml` in this home says now; the parser is loaded only where there is a file, because commands start faster without. */
export async function readConfig(path: string): Promise<Config> {
  if (!existsSync(path)) return nothingSet;
  return (await import('./config-file.ts')).readConfigFile(path);
}
