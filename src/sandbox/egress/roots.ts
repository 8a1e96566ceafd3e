// Who is trusted to say which server is which: whoever this machine trusts, so that an operator's own authorities count.

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** The roots as PEM, and what a TLS client needs to hold servers against them. */
export interface Roots {
  readonly certificates: readonly string[];
  readonly context: SecureContext;
}

/** These roots; those of Node and of this machine where there are none. Reading them takes some 100 ms. */
export function readRoots(given: readonly string[]): Roots {
  const certificates =
    given.length > 0 ? given : [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return { certificates, context: createSecureContext({ ca: [...certificates], minVersion: 'TLSv1.2' }) };
}
