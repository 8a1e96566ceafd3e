// From the text of a URL to the connection it means. What comes out is the only spelling that is judged and dialled; text
// that two readers could take for different hosts has no spelling and is unclear.

import { canonicalHost, isPrivateAddress } from '../../kernel/addresses.ts';
import { canonicalMethod } from '../../kernel/connect-patterns.ts';

export { canonicalMethod, isPrivateAddress };

export type ClassifiedUrl =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number; readonly url: string }
  | { readonly kind: 'unclear'; readonly because: string };

const urlCharactersMax = 16_384;

/** The connection that an `http:` or `https:` URL means, with the URL in canonical spelling and without its fragment. */
export function classifyUrl(text: string): ClassifiedUrl {
  const shown = JSON.stringify(text.slice(0, 200));
  const unclear = (why: string): ClassifiedUrl => ({
    kind: 'unclear',
    because: `could not read the URL ${shown}: ${why}`,
  });
  if (text.length > urlCharactersMax) return unclear(`it is longer than ${urlCharactersMax} characters; shorten it`);
  if (!text.isWellFormed() || /[\s\p{Cc}\p{Cf}\\]/u.test(text)) {
    return unclear('it holds spaces, backslashes, control or invisible characters; percent-encode them');
  }
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined)
    return unclear('it does not start with `http://` or `https://` and a host; write it out');
  if (authority.includes('@')) return unclear('it has a user name or password in front of the host; leave them out');
  const url = URL.parse(text);
  if (url === null) return unclear('it is not a URL; check the host and the port');
  const host = canonicalHost(url.hostname);
  if (host === undefined) return unclear(`\`${url.hostname}\` is not one clear host name or address; write it plainly`);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (port < 1) return unclear('its port is 0; name the port');
  url.hostname = host.includes(':') ? `[${host}]` : host;
  url.hash = '';
  return { kind: 'connect', host, port, url: url.href };
}
