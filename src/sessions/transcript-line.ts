// One line of a transcript: what was said in a conversation, by whom, in which run. Of a result it holds what the model hears;
// the ledger stays the truth about calls, and a digest leads there.

import { z } from 'zod';
import { noGrants } from '../kernel/limits.ts';
import type { CallResult, Json, Message } from '../kernel/types.ts';

/** The first line of each file. */
export interface TranscriptHeader {
  readonly type: 'session';
  readonly version: 1;
  /** Session key. */
  readonly key: string;
  /** Conversations of a key count from 1; a reset starts the next one. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Something that was said. */
export interface MessageLine {
  readonly type: 'message';
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What the session carried then. */
  readonly labels: readonly string[];
  readonly message: Message;
}

/** How a run of the conversation ended. */
export interface RunLine {
  readonly type: 'run';
  readonly run: string;
  readonly at: number;
  readonly phase: 'end' | 'error' | 'aborted';
  readonly because: string;
  readonly labels: readonly string[];
  readonly usage: { readonly tokens: number };
}

export type TranscriptLine = MessageLine | RunLine;

/** A line is not longer than this, in bytes; the outputs and turns that the kernel lets pass are shorter. */
export const lineBytesMax = 16_777_216;

const text = z.string();
const texts = z.array(text);
const json: z.ZodType<Json> = z.json();

const header = z.strictObject({
  type: z.literal('session'),
  version: z.literal(1),
  key: text,
  number: z.int().min(1),
  startedAt: z.number(),
});

const result = z
  .strictObject({
    outcome: z.enum(['ok', 'failed', 'unknown', 'refused']),
    output: text,
    because: text,
    labels: texts,
    digest: text,
  })
  .transform(
    (said): CallResult => ({
      ...said,
      edit: null,
      effects: [],
      grants: noGrants,
      verdict: said.outcome === 'refused' ? 'deny' : 'allow',
      rules: [],
      ms: { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 },
    }),
  );

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('user'), text }),
  z.strictObject({
    role: z.literal('assistant'),
    text,
    calls: z.array(z.strictObject({ id: text, tool: text, args: json })),
  }),
  z.strictObject({ role: z.literal('tool'), callId: text, tool: text, result }),
]);

const line = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), run: text, at: z.number(), labels: texts, message }),
  z.strictObject({
    type: z.literal('run'),
    run: text,
    at: z.number(),
    phase: z.enum(['end', 'error', 'aborted']),
    because: text,
    labels: texts,
    usage: z.strictObject({ tokens: z.number() }),
  }),
]);

/** A line as it stands in the file, with its end. */
export function printLine(one: TranscriptHeader | TranscriptLine): string {
  if (one.type !== 'message' || one.message.role !== 'tool') return `${JSON.stringify(one)}\n`;
  const { outcome, output, because, labels, digest } = one.message.result;
  return `${JSON.stringify({ ...one, message: { ...one.message, result: { outcome, output, because, labels, digest } } })}\n`;
}

/** Reads the first line; null if it is none. */
export const parseHeader = (said: string): TranscriptHeader | null => header.safeParse(dataOf(said)).data ?? null;

/** Reads any further line; null if it is none. */
export const parseLine = (said: string): TranscriptLine | null => line.safeParse(dataOf(said)).data ?? null;

function dataOf(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
}
