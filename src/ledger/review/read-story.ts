// Reads the story of a run from its records, oldest first. Memory grows with the run, which its limits bound, not with the
// ledger.

import type { JsonObject } from '../../kernel/types.ts';
import { at, numberAt, objectAt, objectsAt, textAt, textsAt } from '../body.ts';
import type { LedgerRecord } from '../record.ts';
import { readCall } from './read-call.ts';
import type { CallerStory, CallStory, RunStory, TurnStory } from './story.ts';

/** Runs that calls set off, by the id of the call. */
export type RunsOfCalls = ReadonlyMap<string, readonly RunStory[]>;

/** The story of a run; null if there is no record of it. */
export function readStory(records: readonly LedgerRecord[], children: RunsOfCalls): RunStory | null {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return null;
  const started = records.find(({ type }) => type === 'run-started');
  const ended = records.findLast(({ type }) => type === 'run-ended');
  const callerOfAny = records.find(({ body }) => at(body, 'caller') !== undefined)?.body;
  return {
    run: runOf(first.body),
    isStarted: started !== undefined,
    caller: callerOf(objectAt(started?.body ?? callerOfAny, 'caller')),
    message: textAt(started?.body, 'message'),
    model: textAt(started?.body, 'model'),
    policy: textAt(started?.body, 'policy'),
    startedAt: first.at,
    endedAt: ended?.at ?? null,
    phase: textAt(ended?.body, 'phase'),
    because: textAt(ended?.body, 'because'),
    continuedAt: records.filter(({ type }) => type === 'run-continued').map((record) => record.at),
    turns: turnsOf(records, children),
    first: first.seq,
    last: last.seq,
    lastHash: last.hash,
    records: records.length,
  };
}

/** The run that a record is about. */
export const runOf = (body: JsonObject): string => textAt(body, 'run') || textAt(body, 'caller', 'run');

const callerOf = (caller: JsonObject): CallerStory => ({
  agent: textAt(caller, 'agent'),
  session: textAt(caller, 'session'),
  channel: textAt(caller, 'channel'),
  trigger: textAt(caller, 'trigger'),
  sender: textAt(caller, 'sender'),
  requestedBy: textAt(caller, 'requestedBy'),
  workspace: textAt(caller, 'workspace'),
  labels: textsAt(caller, 'labels'),
});

/** Calls under the turn that made them; those that no turn names stand alone, where their first record stands. */
function turnsOf(records: readonly LedgerRecord[], children: RunsOfCalls): readonly TurnStory[] {
  const ofCalls = Map.groupBy(
    records.filter(({ body }) => textAt(body, 'call') !== ''),
    ({ body }) => textAt(body, 'call'),
  );
  const told = new Set<string>();
  const story = (call: string, proposal: JsonObject): CallStory => {
    told.add(call);
    return readCall(call, ofCalls.get(call) ?? [], proposal, children.get(call) ?? []);
  };
  const named = new Set(
    records.flatMap(({ type, body }) =>
      type === 'model-answered' ? objectsAt(body, 'calls').map((one) => textAt(one, 'id')) : [],
    ),
  );
  return records.flatMap((record): readonly TurnStory[] => {
    const { type, body } = record;
    if (type === 'model-answered') {
      const calls = objectsAt(body, 'calls').map((one) => story(textAt(one, 'id'), one));
      return [{ at: record.at, text: textAt(body, 'text'), tokens: numberAt(body, 'tokens'), calls }];
    }
    const call = textAt(body, 'call');
    if (call === '' || told.has(call) || named.has(call)) return [];
    return [{ at: null, text: '', tokens: 0, calls: [story(call, {})] }];
  });
}
