// Whether each call ended as it may, whether the ledger tells the same, and whether its effect is there as often as that
// allows: an effect never without an intent, never twice, and always where the caller was told `ok`.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlannedCall } from './planned-calls.ts';
import type { CallEnd } from './soaked-kernel.ts';

/** A call with its end. */
export interface EndedCall {
  readonly call: PlannedCall;
  readonly end: CallEnd;
  readonly ms: number;
  /** Something of the kernel was killed while it ran. */
  readonly wasDisturbed: boolean;
}

/** What the ledger says of one call. */
export interface RecordedCall {
  intents: number;
  /** Outcomes of its ends, refusals included, in order. */
  readonly ends: string[];
  /** Whether what ran says that it never began. */
  wasNotStarted: boolean;
}

const record = z.object({
  type: z.string(),
  body: z.object({
    call: z.string().optional(),
    outcome: z.string().optional(),
    facts: z.object({ started: z.boolean().optional() }).optional(),
  }),
});

/** Gathers what the lines of an export say of each call. */
export async function recordedCalls(lines: AsyncIterable<string>): Promise<ReadonlyMap<string, RecordedCall>> {
  const calls = new Map<string, RecordedCall>();
  for await (const line of lines) {
    const { type, body } = record.parse(JSON.parse(line));
    if (body.call === undefined) continue;
    const known = calls.get(body.call) ?? { intents: 0, ends: [], wasNotStarted: false };
    calls.set(body.call, known);
    if (type === 'call-intended') known.intents += 1;
    if (type === 'call-refused') known.ends.push('refused');
    if (type === 'call-finished') known.ends.push(body.outcome ?? '');
    if (type === 'call-finished' && body.facts?.started === false) known.wasNotStarted = true;
  }
  return calls;
}

/** A line for each broken promise. */
export function faultsOf(
  ended: readonly EndedCall[],
  recorded: ReadonlyMap<string, RecordedCall>,
  workspace: string,
): readonly string[] {
  const traces = countTraces(ended, workspace);
  const nothing: RecordedCall = { intents: 0, ends: [], wasNotStarted: false };
  return ended.flatMap((one) => {
    const known = recorded.get(one.call.id) ?? nothing;
    const faults = [...endFaults(one), ...recordFaults(one, known), ...traceFaults(one, known, traces)];
    return faults.map(
      (fault) => `${one.call.id} (${one.call.kind}): ${fault}; it ended ${one.end.outcome}: ${one.end.because}`,
    );
  });
}

function endFaults({ call, end, wasDisturbed }: EndedCall): readonly string[] {
  if (end.outcome === 'interrupted') return [];
  if (end.outcome === 'threw' || end.outcome === 'silent') return ['it did not end as a call has to'];
  if (call.ends.includes(end.outcome)) return [];
  // What is denied or declined stays refused, whatever dies.
  const mayRun = call.ends.some((outcome) => outcome !== 'refused');
  return wasDisturbed && mayRun && end.outcome !== 'ok' ? [] : [`it may end ${call.ends.join(' or ')}`];
}

function recordFaults({ end }: EndedCall, { intents, ends }: RecordedCall): readonly string[] {
  const wasInterrupted = end.outcome === 'interrupted';
  const last = ends.at(-1);
  const faults: string[] = [];
  if (intents > 1) faults.push(`it was intended ${intents} times`);
  if (ends.length > 1) faults.push(`its end is recorded ${ends.length} times`);
  if (intents === 1 && (last === undefined || last === 'refused')) faults.push('its intent has no end');
  if (!wasInterrupted && last !== end.outcome) faults.push(`the ledger says it ended ${last ?? 'never'}`);
  return faults;
}

function traceFaults(
  { call, end }: EndedCall,
  { intents, ends, wasNotStarted }: RecordedCall,
  traces: ReadonlyMap<string, Trace>,
): readonly string[] {
  const { times, isWhole } = traces.get(call.id) ?? { times: 0, isWhole: true };
  const faults: string[] = [];
  if (times > 1) faults.push(`its effect is there ${times} times`);
  if (!isWhole) faults.push('its effect is there in part');
  if (times > 0 && call.reply === 'decline') faults.push('its effect is there although it was declined');
  if (times > 0 && intents === 0) faults.push('its effect is there without an intent');
  if (times > 0 && (ends.includes('refused') || wasNotStarted)) faults.push('its effect is there although nothing ran');
  if (times === 0 && call.trace !== null && (end.outcome === 'ok' || ends.includes('ok')))
    faults.push('its effect is missing');
  return faults;
}

interface Trace {
  readonly times: number;
  readonly isWhole: boolean;
}

/** How often the trace of each call is in the workspace. */
function countTraces(ended: readonly EndedCall[], workspace: string): ReadonlyMap<string, Trace> {
  const lines = new Map<string, number>();
  const counted = new Set<string>();
  const countLines = (file: string) => {
    if (counted.has(file)) return;
    counted.add(file);
    for (const line of readFileSync(join(workspace, file), 'utf8').split('\n')) {
      lines.set(`${file} ${line}`, (lines.get(`${file} ${line}`) ?? 0) + 1);
    }
  };
  return new Map(
    ended.flatMap(({ call: { id, trace } }): readonly (readonly [string, Trace])[] => {
      if (trace === null) return [];
      const path = join(workspace, trace.file);
      if (trace.kind === 'file') {
        if (!existsSync(path)) return [];
        return [[id, { times: 1, isWhole: readFileSync(path, 'utf8') === trace.content }]];
      }
      countLines(trace.file);
      return [[id, { times: lines.get(`${trace.file} ${trace.line}`) ?? 0, isWhole: true }]];
    }),
  );
}
