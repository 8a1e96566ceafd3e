// What an interrupted run did so far, as its records tell it: enough to go on with it in another process. What always holds:
// a call that has an end on record is never made again; one without is taken up where it stood. Of a result only what the
// model hears comes back; the rest stays in the ledger.

import { z } from 'zod';
import { callerSchema } from '../kernel/caller-schema.ts';
import { noGrants } from '../kernel/limits.ts';
import type { RunSoFar } from '../kernel/run.ts';
import { overtaken } from '../kernel/steer.ts';
import type { Call, Caller, CallResult, Json, JsonObject, Message } from '../kernel/types.ts';
import { hiddenIn } from './beside/hidden.ts';
import type { LedgerRecord } from './record.ts';

/** A run that was interrupted. */
export interface InterruptedRun {
  /** Number of the record that opened it last. */
  readonly opened: number;
  readonly caller: Caller;
  /** What its front needs to go on with it, as it was given when it started. */
  readonly task: JsonObject;
  readonly soFar: RunSoFar;
}

/** Types of the records that a run is read from. */
export const journalTypes: ReadonlySet<string> = new Set([
  'run-started',
  'run-continued',
  'run-ended',
  'model-answered',
  'message-steered',
  'call-refused',
  'call-finished',
]);

const text = z.string();
const texts = z.array(text);
const json: z.ZodType<Json> = z.json();
const started = z.object({ message: text, caller: callerSchema, task: z.record(text, json).default({}) });
const answered = z.object({
  text,
  calls: z.array(z.object({ id: text, tool: text, args: json })),
  tokens: z.number(),
});
const steered = z.object({ message: text });
const edit = z.object({ by: text, args: z.record(text, json) });
const ended = z.object({
  call: text,
  /** The record of a refusal needs none. */
  outcome: z.enum(['ok', 'failed', 'unknown', 'refused']).default('refused'),
  because: text,
  labels: texts.default([]),
  digest: text,
  edit: edit.nullable().default(null),
});

/**
 * Reads a run from its records, oldest first; null if there is none, or it has ended. `outputOf` gives the whole output of
 * a record.
 * @throws {ZodError} if a record is not what such a record is.
 */
export async function readRun(
  records: AsyncIterable<LedgerRecord>,
  outputOf: (record: LedgerRecord) => Promise<string>,
): Promise<InterruptedRun | null> {
  let opened = 0;
  let start: z.infer<typeof started> | null = null;
  const turns: { readonly text: string; readonly calls: readonly Call[]; readonly heard: string[] }[] = [];
  const results = new Map<string, CallResult>();
  let tokens = 0;
  for await (const record of records) {
    const { seq, type, body } = record;
    if (type === 'run-ended') return null;
    if (type === 'run-started' || type === 'run-continued') opened = seq;
    if (type === 'run-started') start = started.parse(body);
    if (type === 'model-answered') {
      const said = answered.parse(body);
      turns.push({ text: said.text, calls: said.calls.map((call, index) => asRecorded(call, index, body)), heard: [] });
      tokens += said.tokens;
    }
    if (type === 'message-steered') turns.at(-1)?.heard.push(steered.parse(body).message);
    if (type === 'call-refused' || type === 'call-finished') {
      const end = ended.parse(body);
      results.set(end.call, resultOf(end, type === 'call-finished' ? await outputOf(record) : ''));
    }
  }
  if (start === null) return null;
  const messages: Message[] = [{ role: 'user', text: start.message }];
  const labels = new Set(start.caller.labels);
  for (const { text, calls, heard } of turns) {
    messages.push({ role: 'assistant', text, calls });
    for (const { id, tool } of calls) {
      if (heard.length > 0 && !results.has(id)) results.set(id, notMade(id));
      const result = results.get(id);
      if (result === undefined) continue;
      messages.push({ role: 'tool', callId: id, tool, result });
      if (result.outcome !== 'refused') for (const label of result.labels) labels.add(label);
    }
    for (const message of heard) messages.push({ role: 'user', text: message });
  }
  const open = (turns.at(-1)?.calls ?? []).filter(({ id }) => !results.has(id));
  const calls = turns.flatMap((turn) => turn.calls.map(({ id }) => id));
  const { task } = start;
  return {
    opened,
    caller: start.caller,
    task,
    soFar: { messages, open, labels: [...labels].sort(), calls, tokens, turns: turns.length },
  };
}

/** The call, without arguments where the record hides some: a marker must never run in their place, so it is refused. */
function asRecorded(call: Call, index: number, body: JsonObject): Call {
  const place = `/calls/${index}/args`;
  const isHidden = hiddenIn(body, undefined).some(({ places }) => places.some((one) => isWithin(place, one)));
  return isHidden ? { ...call, args: null } : call;
}

const isWithin = (place: string, one: string): boolean => one === place || one.startsWith(`${place}/`);

/** What was planned before a message came is not made, whether or not its refusal reached the record. */
const notMade = (call: string): CallResult =>
  resultOf({ call, outcome: 'refused', because: overtaken, labels: [], digest: '', edit: null }, '');

const resultOf = ({ outcome, because, labels, digest, edit }: z.infer<typeof ended>, output: string): CallResult => ({
  ...{ outcome, output, because, labels, digest, edit },
  effects: [],
  grants: noGrants,
  verdict: outcome === 'refused' ? 'deny' : 'allow',
  rules: [],
  ms: { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 },
});
