// Adds secrets to requests: each to its one host and port, as the header that a rule wrote down. What the sandbox put there
// itself is replaced, so that it never needs to hold more than a placeholder.

import type { Secrets } from '../../kernel/ports.ts';
import { spellingsOf } from '../../kernel/redactor.ts';
import type { Injection } from '../../kernel/types.ts';
import { createSecretCover, type SecretCover } from './redact-stream.ts';

/** What is added to requests to one host and port. */
export interface HostInjections {
  /** Header names in lower case, with their values. Never to be shown. */
  readonly headers: ReadonlyMap<string, string>;
  readonly cover: SecretCover;
}

/** Finds what is added for a host and port; undefined where nothing is. */
export type Injector = (host: string, port: number) => HostInjections | undefined;

/**
 * Reveals the secrets of one call.
 * @throws {Error} if one is not known or cannot be a header, or two would be the same header of a host.
 */
export async function createInjector(injections: readonly Injection[], secrets: Secrets): Promise<Injector> {
  const headers = new Map<string, Map<string, string>>();
  const values = new Map<string, string>();
  for (const { secret, host, port, header, template } of injections) {
    const value = values.get(secret) ?? (await secrets.reveal(secret));
    if (!/^[!-~][ -~]*$/.test(value) || value.endsWith(' '))
      throw new Error(
        `the secret \`${secret}\` holds characters that a header cannot carry; store it without line ends`,
      );
    if (spellingsOf(value).length === 0)
      throw new Error(`the secret \`${secret}\` is too short to be found again in an answer; use a longer one`);
    values.set(secret, value);
    const place = `${host} ${port}`;
    const own = headers.get(place) ?? new Map<string, string>();
    if (own.has(header)) throw new Error(`two rules add the header \`${header}\` for \`${host}\`; keep one of them`);
    headers.set(place, own.set(header, filled(template, value)));
  }
  const cover = createSecretCover([...values.values()]);
  const found = new Map([...headers].map(([place, own]) => [place, { headers: own, cover }]));
  return (host, port) => found.get(`${host} ${port}`);
}

const filled = (template: string, value: string): string =>
  template.replace(/\{(?:secret|basic:([^}]+))\}/, (_whole, user: string | undefined) =>
    user === undefined ? value : Buffer.from(`${user}:${value}`).toString('base64'),
  );
