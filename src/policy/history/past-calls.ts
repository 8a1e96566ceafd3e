// The calls of the past, one by one, from the records of a ledger. A call ends in exactly one record that holds all of what
// was judged; what people answered stands in records before it. Memory does not grow with the ledger.

import { type HistoryRecord, type Past, type PastAnswer, readPastCall } from './past-call.ts';

/** Types of the records that history is read from. */
export const historyTypes: ReadonlySet<string> = new Set(['approval-answered', 'call-intended', 'call-refused']);

/** Answers whose call never came to an end, because its process died, are forgotten beyond this many. */
const openAnswersMax = 10_000;

const unanswered: PastAnswer = Object.freeze({ kind: 'none', by: Object.freeze([]) });

/** Reads calls from records, which come oldest first. Of records of calls only those that are wanted are read. */
export async function* pastCalls(
  records: AsyncIterable<HistoryRecord>,
  isWanted: (record: HistoryRecord) => boolean,
): AsyncIterable<Past> {
  const answers = new Map<string, PastAnswer>();
  for await (const record of records) {
    const key = callKey(record.body);
    if (record.type === 'approval-answered') {
      answers.set(key, joined(answers.get(key), record.body));
      const [oldest] = answers.keys();
      if (answers.size > openAnswersMax && oldest !== undefined) answers.delete(oldest);
    } else if (historyTypes.has(record.type)) {
      if (isWanted(record)) yield readPastCall(record, answers.get(key) ?? unanswered);
      answers.delete(key);
    }
  }
}

/** Leaves out the calls of other agents. */
export async function* callsOf(past: AsyncIterable<Past>, isMeant: (agent: string) => boolean): AsyncIterable<Past> {
  for await (const one of past) if (one.kind !== 'call' || isMeant(one.call.caller.agent)) yield one;
}

/** The agent in whose name the call of a record was made; empty where the record does not say. */
export const agentOf = ({ body }: HistoryRecord): string => textAt(memberOf(body, 'caller'), 'agent');

/** Names of calls come from the model; with the run they name one call. */
function callKey(body: unknown): string {
  const run = textAt(body, 'run') || textAt(memberOf(body, 'caller'), 'run');
  return JSON.stringify([run, textAt(body, 'call')]);
}

/** The answers so far with one more: one decline ends a question, several people may have to approve. */
function joined(before: PastAnswer = unanswered, body: unknown): PastAnswer {
  const by = textAt(body, 'by');
  switch (textAt(body, 'answer')) {
    case 'approve':
      return { kind: 'approved', by: [...(before.kind === 'approved' ? before.by : []), by] };
    case 'decline':
      return { kind: 'declined', by: [by] };
    case 'expired':
      return { kind: 'expired', by: [] };
    case 'cancelled':
      return { kind: 'cancelled', by: [] };
    default:
      return before;
  }
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

function textAt(value: unknown, key: string): string {
  const found = memberOf(value, key);
  return typeof found === 'string' ? found : '';
}
