// Ends the TLS of the sandbox here, in the name of a host to which a secret is added. Only for such hosts.

import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { canonicalHost } from '../../kernel/addresses.ts';

/** TLS as the server `host`; a client that asks for another name is refused. Resolves to why it came to nothing. */
export function interceptTls(
  inside: Duplex,
  host: string,
  context: SecureContext,
  ms: number,
): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const tls = new TLSSocket(inside, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
      SNICallback: (name, done) => {
        if (name === '' || canonicalHost(name) === host) done(null, context);
        else done(new Error(`the connection to \`${host}\` asks for another server, \`${name.slice(0, 200)}\``));
      },
    });
    const timer = setTimeout(() => settle(`no TLS greeting within ${ms} ms`), ms);
    const settle = (end: TLSSocket | string) => {
      clearTimeout(timer);
      if (typeof end === 'string') tls.destroy();
      resolve(end);
    };
    tls.once('secure', () => settle(tls));
    tls.on('error', (error) =>
      settle(
        error.message.startsWith('the connection')
          ? error.message
          : 'the TLS greeting failed; the client may not trust `SSL_CERT_FILE`',
      ),
    );
    tls.once('close', () => settle('it broke off during the TLS greeting'));
  });
}
