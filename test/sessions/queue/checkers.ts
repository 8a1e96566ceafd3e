// What must hold of a world of queues, read from what reached the disk and from what people were told.

import type { StoredMessage } from '../../../src/kernel/inbox.ts';
import type { Trace } from './world.ts';

/** What is wrong with a world; nothing if every promise was kept. */
export function complaintsAbout(trace: Trace): readonly string[] {
  return [...ofEnds(trace), ...ofOrder(trace), ...ofTurns(trace), ...ofTelling(trace), ...ofWhatIsLeft(trace)];
}

/** Nothing is lost, and everything has exactly one end. */
function ofEnds({ rows, promised, changes }: Trace): readonly string[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const keys = rows.map(({ session, key }) => `${session} ${key}`);
  const ends = changes.filter(({ after }) => after.state === 'done').map(({ after }) => after.id);
  return [
    ...[...promised].flatMap((id) => (byId.has(id) ? [] : [`${id} was promised and is lost`])),
    ...rows.flatMap(({ id, state }) => (state === 'done' ? [] : [`${id} never ended: it is ${state}`])),
    ...(new Set(keys).size === keys.length ? [] : ['a message is there twice']),
    ...(new Set(ends).size === ends.length ? [] : ['a message ended twice']),
    ...changes.flatMap(({ before, after }) =>
      before?.state === 'done' ? [`${after.id} was changed after its end`] : [],
    ),
  ];
}

/** Each message is taken at most once, and in a session in the order in which they were accepted. */
function ofOrder({ changes, rows }: Trace): readonly string[] {
  const place = new Map(rows.map(({ id }, index) => [id, index]));
  const last = new Map<string, number>();
  const taken = new Set<string>();
  const wrong: string[] = [];
  for (const { before, after } of changes) {
    if (before?.state !== 'waiting' || after.state !== 'taken') continue;
    const at = place.get(after.id) ?? -1;
    if (taken.has(after.id)) wrong.push(`${after.id} was taken twice`);
    if (at < (last.get(after.session) ?? -1)) wrong.push(`${after.id} was taken after a later one`);
    taken.add(after.id);
    last.set(after.session, at);
  }
  return wrong;
}

/** Turns of a session are serial, no more are under way than may be, and each has one caller. */
function ofTurns({ turns, rows, limits, settings, changes }: Trace): readonly string[] {
  const wrong: string[] = [];
  const underWay = new Map<string, string>();
  let life = 0;
  for (const { what, turn, life: at } of turns) {
    if (at < life) continue;
    if (at > life) underWay.clear();
    life = at;
    if (what === 'ended') underWay.delete(turn.session);
    else if (underWay.has(turn.session)) wrong.push(`two turns of ${turn.session} at once`);
    else underWay.set(turn.session, turn.agent);
    if (underWay.size > limits.runs + resumed(turns, at)) wrong.push(`${underWay.size} runs at once`);
    const { mode } = settings.get(turn.session) ?? { mode: '' };
    if (mode === 'followup' && turn.messages.length !== 1) wrong.push(`${turn.messages.length} questions in one turn`);
  }
  const senderOf = (row: StoredMessage | null) => JSON.stringify(row?.document.origin);
  const byRun = Map.groupBy(
    changes.filter(({ after }) => after.state === 'taken'),
    ({ after }) => after.run,
  );
  for (const [run, members] of byRun) {
    if (new Set(members.map(({ before }) => senderOf(before))).size > 1) wrong.push(`${run} had two callers`);
  }
  return rows.length === 0 ? [] : wrong;
}

/** Runs that go on after a start are there whatever the limit. */
const resumed = (turns: Trace['turns'], life: number): number => {
  const before = new Set(turns.filter((one) => one.life < life).map(({ turn }) => turn.run));
  return turns.filter(({ what, turn, life: at }) => at === life && what === 'began' && before.has(turn.run)).length;
};

/** Nobody hears of an end that is not on disk, or of two. */
function ofTelling({ told, rows }: Trace): readonly string[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const heard = new Set<string>();
  return told.flatMap(({ id, end }) => {
    const again = heard.has(id) ? [`the end of ${id} was told twice`] : [];
    heard.add(id);
    const stored = byId.get(id)?.document.end;
    const isTrue = JSON.stringify(stored) === JSON.stringify({ kind: end.kind, because: end.because });
    return isTrue ? again : [...again, `the end of ${id} was told as ${end.kind}, and is ${JSON.stringify(stored)}`];
  });
}

/** Who has nothing to do holds nothing. */
const ofWhatIsLeft = ({ left }: Trace): readonly string[] =>
  Object.values(left).every((count) => count === 0) ? [] : [`it still holds ${JSON.stringify(left)}`];
