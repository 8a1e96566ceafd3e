// From a connection that a call wants to the addresses it may dial: the host is judged as it is spelled, then each address
// it resolves to. One address that may not be dialled refuses all of them, because the choice would be the resolver's.

import { lookup as lookupName } from 'node:dns/promises';
import { canonicalAddress } from '../../kernel/addresses.ts';
import type { Connection } from '../../kernel/connect-patterns.ts';
import type { ConnectAccess } from '../connect-access.ts';

/** Addresses of a name. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** The system's resolver. */
export const resolveName: ResolveName = async (name) =>
  (await lookupName(name, { all: true, verbatim: true })).map(({ address }) => address);

export type JudgedAddresses =
  | { readonly kind: 'judged'; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly because: string }
  /** It may be made, and cannot: the name does not resolve, or not in time. */
  | { readonly kind: 'unresolved'; readonly because: string };

/** Addresses that were dialled one after the other at most; a name may have any number. */
const addressesMax = 8;

/** The addresses that may be dialled for `wanted`, never empty. Nothing is resolved for a connection that is not granted. */
export async function judgedAddresses(
  wanted: Connection,
  access: ConnectAccess,
  resolve: ResolveName,
  signal: AbortSignal,
): Promise<JudgedAddresses> {
  const because = access.refusal(wanted);
  if (because !== '') return { kind: 'refused', because };
  const found = await addressesOf(wanted.host, resolve, signal);
  if (typeof found === 'string') return { kind: 'unresolved', because: found };
  for (const address of found) {
    const refusal = access.addressRefusal(address, wanted);
    if (refusal !== '') return { kind: 'refused', because: refusal };
  }
  return { kind: 'judged', addresses: found.slice(0, addressesMax) };
}

/** Addresses in canonical spelling, at least one; or why there are none. */
async function addressesOf(
  host: string,
  resolve: ResolveName,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const literal = canonicalAddress(host);
  if (literal !== undefined) return [literal];
  const { promise: ended, resolve: end } = Promise.withResolvers<'late'>();
  const late = () => end('late');
  signal.addEventListener('abort', late, { once: true });
  try {
    if (signal.aborted) return `could not resolve \`${host}\` in time`;
    const addresses = await Promise.race([resolve(host), ended]);
    if (addresses === 'late') return `could not resolve \`${host}\` in time`;
    return addresses.length > 0 ? addresses : `could not resolve \`${host}\``;
  } catch {
    return `could not resolve \`${host}\``;
  } finally {
    signal.removeEventListener('abort', late);
  }
}
