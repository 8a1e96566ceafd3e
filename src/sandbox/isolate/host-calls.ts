// The host functions of an isolate call: what a guest asks for, done by the kernel's own process under the grants of the
// one permit. Every argument comes from an enemy, every answer is plain data, every refusal is text.

import { isAbsolute, relative } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../kernel/types.ts';
import { type Fetcher, FetchRefused } from '../fetch.ts';
import { type FileAccess, FileRefused } from '../files/file-access.ts';
import { listDirectory } from '../files/list-directory.ts';
import { openChecked } from '../files/open-checked.ts';
import { partBytesMax, partOfBytes, readText } from '../files/read-text.ts';
import type { WriteText } from '../files/write-text.ts';
import type { PendingWrites } from '../preview/pending-writes.ts';
import type { CallFacts, OpenEffect } from './call-facts.ts';

/** Bounds of what one call may ask of its host functions. */
export const hostCallLimits = Object.freeze({
  calls: 10_000,
  atOnce: 16,
  /** Long logs are read more than once; a disk is not. */
  bytesRead: 512 * 1_048_576,
  bytesWritten: 64 * 1_048_576,
  writeBytes: 8 * 1_048_576,
  bytesReceived: 64 * 1_048_576,
  bytesSent: 64 * 1_048_576,
});

export type HostAnswer =
  | { readonly kind: 'answer'; readonly meta: JsonObject; readonly text: string }
  | { readonly kind: 'refusal'; readonly because: string };

/** Answers one host call; never rejects. */
export type HostCalls = (meta: string, text: string) => Promise<HostAnswer>;

/** Longest JSON of one request; what is long travels as text. */
const metaCharsMax = 262_144;

/** Half a surrogate pair reads as one thing here and as another where it becomes bytes; no record could hold it. */
const text = z.string().refine((given) => given.isWellFormed(), 'holds half a surrogate pair');
const path = text.min(1).max(4_096);
const offset = z.int().min(0).default(0);
const length = z.int().min(1).max(partBytesMax).default(partBytesMax);
const request = z.union([
  z.tuple([z.literal('readText'), z.strictObject({ path, range: z.strictObject({ offset, length }) })]),
  z.tuple([z.literal('list'), z.strictObject({ path })]),
  z.tuple([z.literal('stat'), z.strictObject({ path })]),
  z.tuple([z.literal('writeText'), z.strictObject({ path })]),
  z.tuple([
    z.literal('fetch'),
    z.strictObject({
      url: text.min(1).max(8_192),
      method: text.max(16).default('GET'),
      headers: z.record(text.max(256), text.max(8_192)).default({}),
    }),
  ]),
]);

/** The host functions of one call. After `signal` aborts no new effect begins. What is `pending` is read as if it were there. */
export function createHostCalls(
  access: FileAccess,
  fetcher: Fetcher,
  facts: CallFacts,
  signal: AbortSignal,
  writeText: WriteText,
  pending?: PendingWrites,
): HostCalls {
  const named = (absolute: string): string => {
    const inside = relative(access.workspace, absolute) || '.';
    return inside === '..' || inside.startsWith('../') || isAbsolute(inside) ? absolute : inside;
  };
  const answer = async (meta: string, text: string): Promise<HostAnswer> => {
    facts.countHostCall();
    if (signal.aborted) return refusal('the call is over');
    if (meta.length > metaCharsMax) return refusal('the host call has too many arguments');
    const [name, args] = request.parse(JSON.parse(meta));
    switch (name) {
      case 'readText': {
        const unwritten = await pending?.find(args.path, access);
        if (unwritten !== undefined) {
          const { text: content, ...part } = partOfBytes(unwritten, args.range.offset, args.range.length);
          return { kind: 'answer', meta: { ...part, hasText: true }, text: content };
        }
        if (facts.bytesRead() >= hostCallLimits.bytesRead) return refusal('this call has read as much as it may');
        await using file = await openChecked(args.path, 'read', access);
        const { text: content, ...part } = await readText(file, args.range.offset, args.range.length, args.path);
        facts.read(named(file.absolute), part.bytes);
        return { kind: 'answer', meta: { ...part, hasText: true }, text: content };
      }
      case 'list': {
        await using directory = await openChecked(args.path, 'read', access);
        const { entries, isWhole } = await listDirectory(directory, args.path);
        facts.read(named(directory.absolute), 0);
        return plain({ entries: entries.map((entry) => ({ ...entry })), isWhole });
      }
      case 'stat': {
        const unwritten = await pending?.find(args.path, access);
        if (unwritten !== undefined) return plain({ kind: 'file', bytes: unwritten.length, modifiedMs: 0 });
        await using file = await openChecked(args.path, 'read', access);
        return plain({ kind: file.kind, bytes: file.sizeBytes, modifiedMs: file.modifiedMs });
      }
      case 'writeText': {
        const bytes = Buffer.byteLength(text);
        if (bytes > hostCallLimits.writeBytes)
          return refusal(`could not write more than ${hostCallLimits.writeBytes} bytes`);
        if (facts.bytesWritten() + bytes > hostCallLimits.bytesWritten)
          return refusal('this call has written as much as it may');
        return plain(await write(args.path, text));
      }
      case 'fetch': {
        if (facts.bytesReceived() >= hostCallLimits.bytesReceived)
          return refusal('this call has received as much as it may');
        if (facts.bytesSent() + Buffer.byteLength(text) > hostCallLimits.bytesSent)
          return refusal('this call has sent as much as it may');
        const { body, ...response } = await fetcher({ ...args, body: text }, facts, signal);
        return { kind: 'answer', meta: { ...response, hasText: true }, text: body };
      }
      default:
        return args satisfies never;
    }
  };
  const write = async (target: string, text: string): Promise<JsonObject> => {
    let effect: OpenEffect | undefined;
    const taking = (absolute: string) => {
      if (signal.aborted) throw new FileRefused('the call is over');
      effect = facts.begin(`write ${named(absolute)}`);
    };
    try {
      const written = await writeText(target, text, access, taking);
      const path = named(written.absolute);
      facts.wrote(path, written.bytes, written.sha256);
      effect?.isKnown();
      return { path, bytes: written.bytes, sha256: written.sha256 };
    } catch (error) {
      if (error instanceof FileRefused) effect?.isKnown();
      else effect?.isUnknown();
      throw error;
    }
  };
  const atOnce = inTurn(hostCallLimits.atOnce);
  return (meta, text) =>
    atOnce(async () => {
      try {
        return await answer(meta, text);
      } catch (error) {
        return refusal(becauseOf(error));
      }
    });
}

const plain = (meta: JsonObject): HostAnswer => ({ kind: 'answer', meta, text: '' });
const refusal = (because: string): HostAnswer => ({ kind: 'refusal', because });

/** Only messages written for guests reach a guest. */
function becauseOf(error: unknown): string {
  if (error instanceof FileRefused || error instanceof FetchRefused) return error.message;
  if (!(error instanceof z.ZodError)) return 'the host call failed for a reason of the host';
  const [issue] = error.issues;
  return `the host call has wrong arguments: ${issue?.path.slice(1).join('.') ?? ''} ${issue?.message ?? ''}`;
}

/** Runs at most `atOnceMax` pieces of work at a time, in the order in which they came. */
function inTurn(atOnceMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
