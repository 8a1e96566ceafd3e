// Whether a home keeps every promise that its processes were given, whatever killed them. Each check is a line that says what
// is broken; nothing is assumed of the processes, everything is read from what they left.

import type { Question } from '../../src/kernel/types.ts';
import type { HomeState, SeenRecord } from './home-state.ts';
import { countedMax } from './planned.ts';
import type { Promised } from './promises.ts';

/** A line for each broken promise. `recent` are processes whose open calls nobody has closed yet. */
export function faultsOf(home: HomeState, promises: readonly Promised[], recent: ReadonlySet<string>): string[] {
  const { problem, outputsProblem, unsalted } = home;
  return [
    ...(problem === '' ? [] : [`the ledger does not verify: ${problem}`]),
    ...(outputsProblem === '' ? [] : [`outputs are not what was written: ${outputsProblem}`]),
    ...unsalted.map((commitment) => `the commitment ${commitment} has no salt`),
    ...promiseFaults(home, promises),
    ...effectFaults(home),
    ...callFaults(home),
    ...questionFaults(home),
    ...standingFaults(home),
    ...stepFaults(home, recent),
    ...runFaults(home),
    ...haltFaults(home),
  ];
}

/** What is still open although nothing runs any more. */
export function openFaults({ open, questions, previews, records }: HomeState): string[] {
  const calls = new Set(records.filter(isEnd).map(callOf));
  const runs = new Set(ofType(records, 'run-ended').map(runOf));
  // An approval may outlive its call unused: where that was refused all the same, or its run has ended, it opens nothing.
  const isOver = ({ caller, callId }: Question) => runs.has(caller.run) || calls.has(`${caller.run} ${callId}`);
  const waiting = questions.filter(
    ({ question, state }) =>
      state === 'pending' || ((state === 'approved' || state === 'claimed') && !isOver(question)),
  );
  return [
    ...open.map((seq) => `the step of record ${seq} is still open`),
    ...waiting.map(({ question, state }) => `question ${question.id} is still ${state}`),
    ...previews.map((id) => `the preview ${id} is still kept`),
  ];
}

const runOf = ({ body }: SeenRecord): string => body.run ?? body.caller?.run ?? '';
const callOf = (one: SeenRecord): string => `${runOf(one)} ${one.body.call}`;
const approvalOf = ({ body }: SeenRecord): string =>
  typeof body.approval === 'string' ? body.approval : (body.approval?.id ?? '');

function promiseFaults({ records, questions, notes, standing }: HomeState, promises: readonly Promised[]): string[] {
  const hashes = new Map(records.map(({ seq, hash }) => [seq, hash]));
  const asked = new Map(questions.map((stored) => [stored.question.id, stored]));
  const outcomes = new Map(records.filter(isEnd).map((one) => [callOf(one), outcomeOf(one)]));
  const phases = new Map(records.filter(({ type }) => type === 'run-ended').map((one) => [runOf(one), one.body.phase]));
  const claims = new Set(
    records.filter(({ type }) => type === 'approval-claimed').map((one) => `${approvalOf(one)} ${one.body.instance}`),
  );
  const answered = records.filter(({ type }) => type === 'approval-answered');
  const isBroken = (promised: Promised): boolean => {
    switch (promised.kind) {
      case 'born':
      case 'recovered':
        return false;
      case 'record':
        return hashes.get(promised.seq) !== promised.hash;
      case 'question': {
        const { question } = asked.get(promised.id) ?? {};
        const isRecorded = records.some((one) => one.type === 'approval-asked' && approvalOf(one) === promised.id);
        return question?.text !== promised.text || question.sealed.digest !== promised.digest || !isRecorded;
      }
      case 'answer': {
        const isKept = asked
          .get(promised.id)
          ?.answers.some(
            ({ person, kind, reason }) =>
              person === promised.person && kind === promised.answer && reason === promised.reason,
          );
        const isRecorded = answered.some(
          (one) =>
            approvalOf(one) === promised.id &&
            one.body.answer === promised.answer &&
            one.body.by === promised.person &&
            one.body.state === promised.state,
        );
        return isKept !== true || !isRecorded;
      }
      case 'claim':
        return !claims.has(`${promised.id} ${promised.instance}`);
      case 'told':
        return outcomes.get(`${promised.run} ${promised.call}`) !== promised.outcome;
      case 'run-ended':
        return phases.get(promised.run) !== promised.phase;
      case 'halt':
        return !records.some(
          ({ type, body }) => type === (promised.isOn ? 'halted' : 'resumed') && body.agent === promised.agent,
        );
      case 'revoked':
        return standing.find(({ id }) => id === promised.standing)?.state !== 'revoked';
      default:
        return promised satisfies never;
    }
  };
  const halts = promises.filter((promised) => promised.kind === 'halt').length;
  const halted = records.filter(({ type }) => type === 'halted' || type === 'resumed').length;
  return [
    ...promises.filter(isBroken).map((promised) => `not kept: ${JSON.stringify(promised).slice(0, 300)}`),
    ...(halts > halted || (halts > 0 && notes.length === 0)
      ? [`${halts} halts were promised, ${halted} are there`]
      : []),
  ];
}

const isEnd = ({ type }: SeenRecord): boolean => type === 'call-finished' || type === 'call-refused';
const outcomeOf = ({ type, body }: SeenRecord): string => (type === 'call-refused' ? 'refused' : (body.outcome ?? ''));

/** No effect without an intent, none doubled, none missing where somebody was told that it was there. */
function effectFaults({ records, effects }: HomeState): string[] {
  const intents = countBy(ofType(records, 'call-intended'), ({ body }) => body.digest ?? '');
  const done = countBy(
    ofType(records, 'call-finished').filter(({ body }) => body.outcome === 'ok'),
    ({ body }) => body.digest ?? '',
  );
  const traces = countBy(effects, (digest) => digest);
  const used = ofType(records, 'call-intended').filter(({ body }) => body.args?.wants === 'counted').length;
  return [
    ...over(traces, intents).map(([digest, times, most]) => `${digest} took effect ${times} times of ${most} intents`),
    ...over(done, traces).map(([digest, times, most]) => `${digest} was told ${times} times, and took effect ${most}`),
    ...(used > countedMax ? [`a rule for ${countedMax} calls opened ${used}`] : []),
  ];
}

/** Each call is intended once at most and ends once at most, and not after its run did. */
function callFaults({ records }: HomeState): string[] {
  const twice = (type: (one: SeenRecord) => boolean, what: string) =>
    [...countBy(records.filter(type), callOf)]
      .filter(([, times]) => times > 1)
      .map(([call]) => `${call} ${what} twice`);
  const refused = new Set(ofType(records, 'call-refused').map(callOf));
  const both = ofType(records, 'call-intended').filter((one) => refused.has(callOf(one)));
  return [
    ...twice(({ type }) => type === 'call-intended', 'was intended'),
    ...twice(isEnd, 'ended'),
    ...both.map((one) => `${callOf(one)} was refused and intended`),
  ];
}

/** A question stands as its records say, and opened one call at most, which only an approved one did. */
function questionFaults({ records, questions }: HomeState): string[] {
  const states = new Map<string, string>();
  const opened = new Map<string, number>();
  for (const one of records) {
    const id = approvalOf(one);
    if (id === '') continue;
    if (one.type === 'approval-asked') states.set(id, 'pending');
    if (one.type === 'approval-answered') states.set(id, one.body.state ?? '');
    if (one.type === 'approval-claimed') states.set(id, 'claimed');
    if (one.type === 'call-intended') {
      if (states.get(id) !== 'claimed') opened.set(id, Number.POSITIVE_INFINITY);
      states.set(id, 'consumed');
      opened.set(id, (opened.get(id) ?? 0) + 1);
    }
  }
  const known = new Set(questions.map(({ question }) => question.id));
  const open = countBy(
    questions.filter(({ state }) => ['pending', 'approved', 'claimed'].includes(state)),
    ({ question }) => `${question.caller.run} ${question.callId}`,
  );
  return [
    ...questions
      .filter(({ question, state }) => states.get(question.id) !== state)
      .map(({ question, state }) => `question ${question.id} is ${state}, its records say ${states.get(question.id)}`),
    ...[...states.keys()].filter((id) => !known.has(id)).map((id) => `question ${id} is on record alone`),
    ...[...opened]
      .filter(([, times]) => times > 1)
      .map(([id]) => `question ${id} opened more than one call, or unclaimed`),
    ...[...open].filter(([, times]) => times > 1).map(([call]) => `${call} has two questions open`),
  ];
}

/** Approvals that stand have as many uses left as their records say. */
function standingFaults({ records, standing }: HomeState): string[] {
  const left = new Map<string, number | null>();
  const revoked = new Set<string>();
  for (const { type, body } of records) {
    if (type === 'standing-revoked' && typeof body.standing === 'string') revoked.add(body.standing);
    if (typeof body.standing === 'object') left.set(body.standing.id, body.standing.usesLeft);
  }
  return standing
    .filter(({ id, usesLeft, state }) => left.get(id) !== usesLeft || revoked.has(id) !== (state === 'revoked'))
    .map(
      ({ id, usesLeft, state }) =>
        `the standing approval ${id} is ${state} with ${usesLeft} uses, its records say ${left.get(id)}`,
    )
    .concat(
      left.size === standing.length
        ? []
        : [`${left.size} standing approvals are on record, ${standing.length} are kept`],
    );
}

/** The open steps are those of the records, and none is of a process that a later one has cleaned up after. */
function stepFaults({ records, open }: HomeState, recent: ReadonlySet<string>): string[] {
  const opened = new Map<number, SeenRecord>();
  for (const one of records) {
    const { type, seq, body } = one;
    const same = (kind: string, of: (record: SeenRecord) => string) =>
      [...opened.values()].find((other) => other.type.startsWith(kind) && of(other) === of(one))?.seq ?? 0;
    if (type === 'run-continued') opened.delete(body.started ?? 0);
    if (type === 'run-ended') opened.delete(body.started ?? same('run-', runOf));
    if (type === 'call-finished' || type === 'preview-finished') opened.delete(body.intent ?? 0);
    if (['run-started', 'run-continued', 'call-intended', 'preview-intended'].includes(type)) opened.set(seq, one);
  }
  const stored = new Set(open);
  const stale = [...opened.values()].filter(
    ({ type, body }) => type.endsWith('-intended') && !recent.has(body.instance ?? ''),
  );
  return [
    ...[...opened.keys()]
      .filter((seq) => !stored.has(seq))
      .map((seq) => `the step of record ${seq} is not open any more`),
    ...open.filter((seq) => !opened.has(seq)).map((seq) => `the step of record ${seq} is open, and has ended`),
    ...stale.map((one) => `${callOf(one)} was interrupted, and the next start did not close it`),
  ];
}

/** A run begins once, ends once, says each turn once, and does nothing after its end. */
function runFaults({ records }: HomeState): string[] {
  const faults: string[] = [];
  const started = new Set<string>();
  const ended = new Set<string>();
  const turns = new Set<string>();
  for (const one of records) {
    const run = runOf(one);
    const { type, body } = one;
    if (run === '') continue;
    if (ended.has(run) && type !== 'approval-answered')
      faults.push(`${run} had ended before its record ${one.seq}, ${type}`);
    if (type === 'run-started' && started.has(run)) faults.push(`${run} started twice`);
    if (type === 'run-started') started.add(run);
    else if (!started.has(run)) faults.push(`${run} had not started before its record ${one.seq}, ${type}`);
    if (type === 'run-ended') ended.add(run);
    if (type === 'model-answered' && turns.has(`${run} ${body.turn}`))
      faults.push(`${run} said turn ${body.turn} twice`);
    if (type === 'model-answered') turns.add(`${run} ${body.turn}`);
    if (body.recovered === true && type === 'call-finished' && body.outcome !== 'unknown')
      faults.push(`${callOf(one)} was interrupted, and is recorded as ${body.outcome}`);
  }
  return faults;
}

function haltFaults({ records, notes }: HomeState): string[] {
  const last = new Map<string, string>();
  for (const { type, body } of records) if (type === 'halted' || type === 'resumed') last.set(body.agent ?? '', type);
  const isOn = new Map(notes.map(({ key, document }) => [key, document.isOn === true]));
  return [...last]
    .filter(([agent, type]) => isOn.get(`halt:${agent}`) !== (type === 'halted'))
    .map(([agent, type]) => `${agent} was ${type} last, and its note says otherwise`);
}

const ofType = (records: readonly SeenRecord[], wanted: string): readonly SeenRecord[] =>
  records.filter(({ type }) => type === wanted);

function countBy<T>(things: readonly T[], key: (thing: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(key(thing), (counts.get(key(thing)) ?? 0) + 1);
  return counts;
}

/** What there is more often than it may be. */
const over = (counts: ReadonlyMap<string, number>, most: ReadonlyMap<string, number>) =>
  [...counts]
    .map(([key, times]) => [key, times, most.get(key) ?? 0] as const)
    .filter(([, times, allowed]) => times > allowed);
