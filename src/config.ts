// What the operator set: the state home, `config.yaml` in it, and the few environment variables Sallyport knows. Read once,
// at the start; everything else gets values.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const person = z.strictObject({
  id: z.string().min(1).describe('account name on this machine'),
  roles: z.array(z.string().min(1)).describe('`operator` may answer rules that name no role; `*` is every role'),
});

const agent = z.strictObject({
  model: z.string().min(1).optional(),
  workspace: z.string().min(1).optional(),
  policies: z.array(z.string().min(1)).min(1).optional(),
});

const configSchema = z.strictObject({
  model: z.string().min(1).optional().describe('e.g. `anthropic`, `openai:gpt-5`, `playbook:path.yaml`'),
  policies: z.array(z.string().min(1)).min(1).optional().describe('policy files, each a layer'),
  people: z.array(person).default([]),
  agents: z.record(z.string(), agent).default({}),
  sandboxImage: z.string().min(1).optional(),
});

/** The file `config.yaml`. */
export type Config = z.infer<typeof configSchema>;

/** Everything that was set, by file or environment. */
export interface Settings {
  readonly home: string;
  readonly config: Config;
  readonly keys: {
    readonly anthropic: { readonly apiKey: string; readonly baseUrl: string };
    readonly openai: { readonly apiKey: string; readonly baseUrl: string };
  };
  readonly docker: { readonly socketPath: string };
  readonly isColour: boolean;
}

/** Something the operator set is wrong; the message says what to change. */
export class ConfigError extends Error {}

/**
 * Reads the settings.
 * @throws {ConfigError} for a missing home or a `config.yaml` that does not fit.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const home = homeOf(env);
  return {
    home,
    config: readConfig(join(home, 'config.yaml')),
    keys: {
      anthropic: { apiKey: env.ANTHROPIC_API_KEY ?? '', baseUrl: env.ANTHROPIC_BASE_URL ?? '' },
      openai: { apiKey: env.OPENAI_API_KEY ?? '', baseUrl: env.OPENAI_BASE_URL ?? '' },
    },
    docker: { socketPath: socketOf(env.DOCKER_HOST ?? '') },
    isColour: !env.NO_COLOR && env.TERM !== 'dumb',
  };
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

function readConfig(path: string): Config {
  if (!existsSync(path)) return configSchema.parse({});
  const document = parseDocument(readFileSync(path, 'utf8'), { prettyErrors: true });
  const [broken] = document.errors;
  if (broken) throw new ConfigError(`could not read \`${path}\`: ${broken.message}`);
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (parsed.success) return parsed.data;
  throw new ConfigError(`could not use \`${path}\`:\n${z.prettifyError(parsed.error)}`);
}
