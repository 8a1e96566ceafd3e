// Secrets that a rule has the egress proxy add to requests: `{ secret: github-token, host: api.github.com, header:
// "Authorization: Bearer {secret}" }`. One host, one header, TLS alone; the sandbox never holds the value.

import { compileHostPattern } from '../kernel/host-patterns.ts';
import type { Injection } from '../kernel/types.ts';
import type { PatternError } from './effect-pattern.ts';
import type { InjectionSource } from './policy-schema.ts';

/** These decide where a request goes, where it ends and how its answer is packed. */
const ownHeaders =
  /^(host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|accept-encoding|proxy-.*)$/;
/** Variables that steer programs, or that the sandbox sets itself. */
const ownVariables =
  /^(PATH|HOME|LANG|TZ|TERM|HOSTNAME|IFS|SHELLOPTS|BASH.*|ENV|LD_.*|GIT_.*|.*_PROXY|.*_(FILE|BUNDLE|CERTS?|CAINFO|OPTIONS|OPTS)|PYTHON.*|NODE_.*|PERL.*|RUBY.*|PAGER|EDITOR|VISUAL)$/;
const placeholder = /\{(?:secret|basic:[A-Za-z0-9._@-]{1,64})\}/g;

/** Reads one injection, or says what is wrong with it. */
export function compileInjection({
  secret,
  host: hostText,
  header,
  env = '',
}: InjectionSource): Injection | PatternError {
  const host = compileHostPattern(hostText);
  if (host?.kind !== 'host')
    return {
      error: `\`${hostText}\` is not one host; a secret goes to \`api.example.com\` or \`api.example.com:8443\``,
    };
  const [, name = '', template = ''] = /^([A-Za-z0-9!#$%&'*+.^_|~-]{1,64}): ?([ -~]{1,512})$/.exec(header) ?? [];
  if (template === '')
    return { error: `\`${header}\` is not a header; write it as in \`Authorization: Bearer {secret}\`` };
  if (ownHeaders.test(name.toLowerCase())) return { error: `the header \`${name}\` is set by the proxy; use another` };
  if (template.match(placeholder)?.length !== 1 || /[{}]/.test(template.replace(placeholder, '')))
    return {
      error: `\`${header}\` must say once where the secret goes: \`{secret}\`, or \`{basic:user}\` for basic authentication`,
    };
  if (ownVariables.test(env))
    return { error: `the variable \`${env}\` steers programs; name the one that holds the secret` };
  const port = host.port === 0 ? 443 : host.port;
  return Object.freeze({ secret, host: host.host, port, header: name.toLowerCase(), template, variable: env });
}
