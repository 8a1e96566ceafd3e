// One HTTP exchange through the door: read strictly, judged with method and path, written anew. Nothing of the request's
// own framing reaches the network, so two servers cannot read it in two ways.

import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { messageOf } from '../../kernel/checked.ts';
import type { Connection } from '../../kernel/connect-patterns.ts';
import type { OpenConnection } from './connection-facts.ts';
import { readAuthority } from './destination.ts';
import { type HeaderPair, pairsOf, valuesOf, withoutConnection } from './http-headers.ts';
import type { HostInjections } from './injector.ts';
import { type Passage, reach, reachTls } from './passage.ts';
import { refuseWith } from './refuse.ts';
import { meter } from './relay.ts';

/** Makes the exchange that `wanted` names and answers with what comes back. Never rejects. */
export async function exchangeThrough(
  incoming: IncomingMessage,
  response: ServerResponse,
  wanted: Connection,
  passage: Passage,
): Promise<void> {
  const { host, port, method, url } = wanted;
  const { pathname: path, protocol } = new URL(url);
  const fact = passage.facts.begin({ host, port, method, path });
  const refuse = (status: number, because: string) => {
    fact.failed(because);
    refuseWith(response, status, because);
  };
  try {
    const pairs = pairsOf(incoming.rawHeaders);
    const because = objectionTo(pairs, wanted, incoming);
    if (because !== '') return refuse(400, because);
    const isTls = protocol === 'https:';
    const reached = isTls ? await reachTls(wanted, fact, passage) : await reach(wanted, fact, passage);
    if (reached.kind !== 'reached') return refuse(reached.kind === 'refused' ? 403 : 502, reached.because);
    const socket = 'socket' in reached.connection ? reached.connection.socket : reached.connection;
    // A secret goes to a server that has proved who it is, and nowhere else.
    const added = isTls ? passage.injector(host, port) : undefined;
    await forward(incoming, response, wanted, socket, added, fact, passage);
  } catch (error) {
    const why = passage.signal.aborted ? 'the call is over' : messageOf(error).split('\n', 1)[0];
    refuse(502, `the exchange with \`${host}\` broke off: ${why}`);
  } finally {
    fact.ended();
  }
}

/** Why a request is not clear, or empty. */
function objectionTo(pairs: readonly HeaderPair[], { host, port, url }: Connection, incoming: IncomingMessage): string {
  // TRACE has the server say what it got, secrets included; CONNECT never comes here.
  if (incoming.method === 'TRACE') return 'the method `TRACE` is refused';
  const [name, ...others] = valuesOf(pairs, 'host');
  if (others.length > 0) return 'the request has more than one `Host`';
  if (name === undefined) return incoming.httpVersion === '1.0' ? '' : 'the request has no `Host`';
  const said = readAuthority(name, url.startsWith('https:') ? 443 : 80);
  if (said?.host === host && said.port === port) return '';
  return `the \`Host\` of the request is ${JSON.stringify(name.slice(0, 200))}, and its URL is for another`;
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  { method, url }: Connection,
  socket: Duplex,
  added: HostInjections | undefined,
  fact: OpenConnection,
  { limits, signal }: Passage,
): Promise<void> {
  const { host, pathname, search } = new URL(url);
  // INVARIANT: no `agent`, not even `false`: one would ignore `createConnection` and dial for itself.
  const outgoing = requestHttp({
    createConnection: () => socket,
    method,
    path: pathname + search,
    headers: sentHeaders(incoming, host, added),
    setHost: false,
    maxHeaderSize: limits.headerBytes,
    signal,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', resolve).on('error', reject);
  outgoing.once('upgrade', (_answer, upgraded) => {
    upgraded.destroy();
    reject(new Error('the server changed the protocol'));
  });
  const idle = setTimeout(() => outgoing.destroy(new Error(`nothing moved for ${limits.idleMs} ms`)), limits.idleMs);
  const moved = () => idle.refresh();
  try {
    const sending = pipeline(
      incoming,
      meter((bytes) => fact.sent(bytes), moved),
      outgoing,
    );
    // A server may answer before it has read everything.
    const answer = await Promise.race([promise, sending.then(() => promise)]);
    sending.catch(() => 'the answer counts');
    fact.answered(answer.statusCode ?? 0);
    await answerWith(answer, response, method, added, fact, moved);
  } finally {
    clearTimeout(idle);
    outgoing.destroy();
    socket.destroy();
  }
}

function sentHeaders(incoming: IncomingMessage, host: string, added: HostInjections | undefined): string[] {
  const own = new Map(added?.headers ?? []);
  // Answers that are packed could hide a secret that is said again.
  if (added !== undefined) own.set('accept-encoding', 'identity');
  const kept = withoutConnection(pairsOf(incoming.rawHeaders)).filter(
    ([name]) => name.toLowerCase() !== 'host' && !own.has(name.toLowerCase()),
  );
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
  const isCounted = incoming.headers['content-length'] !== undefined;
  const isEmpty = !isChunked && !isCounted && !/^(GET|HEAD|OPTIONS)$/.test(incoming.method ?? '');
  const framing: HeaderPair[] = [
    ...(isChunked ? [['transfer-encoding', 'chunked'] as const] : []),
    ...(isEmpty ? [['content-length', '0'] as const] : []),
  ];
  return [['host', host] as const, ...kept, ...own, ...framing, ['connection', 'close'] as const].flat();
}

async function answerWith(
  answer: IncomingMessage,
  response: ServerResponse,
  method: string,
  added: HostInjections | undefined,
  fact: OpenConnection,
  moved: () => void,
): Promise<void> {
  const packed = added === undefined ? '' : (answer.headers['content-encoding'] ?? '').toLowerCase();
  const unpack = unpackerFor(packed);
  if (unpack === 'unknown') throw new Error(`its answer is packed in a way that cannot be looked into, \`${packed}\``);
  const clean = (text: string) => added?.cover.text(text) ?? text;
  const pairs = withoutConnection(pairsOf(answer.rawHeaders)).filter(
    ([name]) => unpack === undefined || !/^content-(encoding|length)$/i.test(name),
  );
  response.writeHead(
    answer.statusCode ?? 502,
    clean(answer.statusMessage ?? ''),
    pairs.flatMap(([name, value]) => [name, clean(value)]),
  );
  const counted = meter((bytes) => fact.received(bytes), moved);
  const hasBody = method !== 'HEAD';
  const steps: (NodeJS.ReadWriteStream | undefined)[] = [counted, hasBody ? unpack : undefined, added?.cover.stream()];
  await pipeline([answer as Readable, ...steps.filter((step) => step !== undefined), response]);
}

function unpackerFor(packed: string): NodeJS.ReadWriteStream | 'unknown' | undefined {
  switch (packed) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip();
    case 'br':
      return createBrotliDecompress();
    default:
      return 'unknown';
  }
}
