// One HTTP exchange for one call: the host is judged as it is spelled, its addresses are judged as they are resolved, and
// only a judged address is dialled. No redirect is followed, no proxy is used, everything that comes back has an end.

import { Agent, type Dispatcher, request } from 'undici';
import type { Connection } from '../kernel/connect-patterns.ts';
import { spellHostPort } from '../kernel/host-patterns.ts';
import type { Grants } from '../kernel/types.ts';
import { compileConnectAccess } from './connect-access.ts';
import { readDestination } from './egress/destination.ts';
import { judgedAddresses, type ResolveName, resolveName } from './egress/judged-addresses.ts';
import type { CallFacts } from './isolate/call-facts.ts';

/** Thrown towards the guest: its message is text for a model. */
export class FetchRefused extends Error {}

export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type FetchResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Body as UTF-8 text, cut at the limit. */
  readonly body: string;
  readonly bytes: number;
  readonly isCut: boolean;
};

/** Makes one exchange under the grants of one call. @throws {FetchRefused} */
export type Fetcher = (wanted: FetchRequest, facts: CallFacts, signal: AbortSignal) => Promise<FetchResponse>;

export { type ResolveName, resolveName };

export const fetchLimits = Object.freeze({
  requestBytes: 1_048_576,
  responseBytes: 4 * 1_048_576,
  headerBytes: 32_768,
  connectMs: 10_000,
  wallMs: 30_000,
});

const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** Methods that by RFC 9110 change nothing, so that an exchange without an answer leaves nothing open. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
// These decide where a request ends or who it is for.
const ownHeaders =
  /^(host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/i;

/** A fetcher for the connections that one call was granted. */
export function createFetcher(grants: Pick<Grants, 'connect' | 'exceptConnect'>, resolve: ResolveName): Fetcher {
  const access = compileConnectAccess(grants);
  return async (wanted, facts, signal) => {
    const destination = destinationOf(wanted);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(fetchLimits.wallMs)]);
    const judged = await judgedAddresses(destination, access, resolve, patience);
    if (judged.kind !== 'judged') throw new FetchRefused(judged.because);
    return exchange(destination, wanted, judged.addresses, facts, patience);
  };
}

/** What a request is for, canonically: the spelling that is judged is the one that is asked for. */
function destinationOf({ url, method: methodText, headers, body }: FetchRequest): Connection {
  const method = methodText.toUpperCase();
  const read = readDestination(url, method);
  if (read.kind === 'unclear') throw new FetchRefused(read.because);
  if (!methods.has(method)) throw new FetchRefused(`\`${methodText}\` is not a method that can be used here`);
  const own = Object.keys(headers).find((name) => ownHeaders.test(name));
  if (own !== undefined) throw new FetchRefused(`the header \`${own}\` is set by the sandbox, never by a call`);
  if (Buffer.byteLength(body) > fetchLimits.requestBytes) throw new FetchRefused('the request body is too long');
  return read.wanted;
}

async function exchange(
  { url, host, port, method }: Connection,
  { headers, body }: FetchRequest,
  addresses: readonly string[],
  facts: CallFacts,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const bytesOut = Buffer.byteLength(body);
  const [address = ''] = addresses;
  const agent = agentFor(addresses);
  let status = 0;
  const effect = facts.begin(`${method} ${spellHostPort(host, port)}`);
  const connected = (status: number, bytesIn: number) =>
    facts.connected({ host, port, method, address, status, bytesIn, bytesOut });
  try {
    const sent = {
      method: method as Dispatcher.HttpMethod,
      headers,
      body: bytesOut > 0 ? body : null,
      signal,
      dispatcher: agent,
    };
    const response = await request(url, sent);
    effect.isKnown();
    status = response.statusCode;
    const { text, bytes, isCut } = await bounded(response.body);
    connected(status, bytes);
    return { status: response.statusCode, headers: plainHeaders(response.headers), body: text, bytes, isCut };
  } catch (error) {
    connected(status, 0);
    // A connection that was never made carried nothing; a safe method that failed by itself changed nothing.
    if (isBeforeConnection(error) || (safeMethods.has(method) && !signal.aborted)) effect.isKnown();
    else effect.isUnknown();
    throw new FetchRefused(`\`${method} ${spellHostPort(host, port)}\` failed: ${reasonOf(error, signal)}`);
  } finally {
    await agent.destroy();
  }
}

/** An agent that can dial these addresses and no others. */
function agentFor(addresses: readonly string[]): Agent {
  const dialled = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return new Agent({
    connections: 1,
    pipelining: 1,
    maxHeaderSize: fetchLimits.headerBytes,
    headersTimeout: fetchLimits.wallMs,
    bodyTimeout: fetchLimits.wallMs,
    connect: {
      timeout: fetchLimits.connectMs,
      lookup: (_name, options, done) => {
        const [first] = dialled;
        if (options.all || first === undefined) done(null, dialled);
        else done(null, first.address, first.family);
      },
    },
  });
}

async function bounded(body: Dispatcher.ResponseData['body']) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const part: Buffer = chunk.subarray(0, fetchLimits.responseBytes - bytes);
    chunks.push(part);
    bytes += part.length;
    if (part.length < chunk.length) {
      body.destroy();
      return { text: Buffer.concat(chunks).toString('utf8'), bytes, isCut: true };
    }
  }
  return { text: Buffer.concat(chunks).toString('utf8'), bytes, isCut: false };
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(pairs.filter(([name]) => name !== '__proto__'));
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const isBeforeConnection = (error: unknown): boolean =>
  ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_INVALID_ARG'].includes(
    codeOf(error),
  ) || /^(ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_SSL_)/.test(codeOf(error));

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer came in time';
  return codeOf(error) || 'the exchange broke off';
}
