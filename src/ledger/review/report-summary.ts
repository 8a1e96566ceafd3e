// The short parts of a report: what somebody in a hurry wants to know, and what happened when.

import { type Block, type Inline, quoted, quotedList, words } from './document.ts';
import { briefly } from './report-call.ts';
import { spellMoment, spellTime } from './spell.ts';
import { type CallStory, type RunStory, spellAnswer } from './story.ts';

/** What was refused, may have taken effect, was answered, written and reached. */
export function summaryBlocks(calls: readonly CallStory[]): readonly Block[] {
  const refused = calls.filter(({ end }) => end === 'refused');
  const unknown = calls.filter(({ end, isIntended }) => end === 'unknown' || (end === 'open' && isIntended));
  const answered = calls.flatMap(({ what, asked }) =>
    asked.flatMap(({ answers }) => answers.map((answer) => ({ what, answer }))),
  );
  const files = uniqueBy(
    calls.flatMap((call) => [...call.changed, ...call.wrote]),
    ({ path }) => path,
  );
  const hosts = uniqueBy(
    calls.flatMap(({ connections }) => connections),
    ({ host, port, address }) => `${host} ${port} ${address}`,
  );
  const labels = [...new Set(calls.flatMap((call) => call.labels))].sort();
  return [
    ...listBlock(
      'Refused',
      refused.map(({ what, because }) => [quoted(briefly(what)), words(': '), quoted(because)]),
    ),
    ...listBlock(
      'May have taken effect',
      unknown.map(({ what, because, end }) => [
        quoted(briefly(what)),
        words(end === 'open' ? ': no record of its end' : ': '),
        ...(end === 'open' ? [] : [quoted(because)]),
      ]),
    ),
    ...listBlock(
      'What people answered',
      answered.map(({ what, answer }) => [
        words(`${spellMoment(answer.at)}: `),
        quoted(spellAnswer(answer)),
        words(': '),
        quoted(briefly(what)),
        ...(answer.reason === '' ? [] : [words(', reason '), quoted(answer.reason)]),
      ]),
    ),
    ...listBlock(
      'Files written',
      files.map(({ path, what }) => [quoted(path), words(' '), quoted(briefly(what))]),
    ),
    ...listBlock(
      'Connections',
      hosts.map((one) => [
        quoted(`${one.method} ${one.host}:${one.port}`.trim()),
        words(one.address === '' ? '' : ' at '),
        ...(one.address === '' ? [] : [quoted(one.address)]),
        words(one.status > 0 ? `, status ${one.status}` : ''),
        ...(one.because === '' ? [] : [words(', refused or failed: '), quoted(one.because)]),
      ]),
    ),
    ...(labels.length === 0
      ? []
      : [heading2('Labels of results'), { kind: 'paragraph', line: quotedList(labels) } as const]),
  ];
}

/** What happened when, a line each. */
export const timelineBlocks = (story: RunStory): readonly Block[] => listBlock('Timeline', timelineOf(story));

function timelineOf({
  isStarted,
  startedAt,
  endedAt,
  phase,
  caller,
  continuedAt,
  turns,
}: RunStory): readonly (readonly Inline[])[] {
  const moments: [number, readonly Inline[]][] = [
    [
      startedAt,
      [
        words(isStarted ? 'the run starts, for ' : 'calls made one by one, for '),
        quoted(caller.sender || caller.requestedBy),
      ],
    ],
    ...continuedAt.map((at): [number, readonly Inline[]] => [at, [words('another process goes on with it')]]),
  ];
  for (const { what, end, asked, startedAt: at, endedAt: until } of turns.flatMap(({ calls }) => calls)) {
    if (at === 0) continue;
    for (const { at: askedAt, answers } of asked) {
      moments.push([askedAt, [words('people are asked about '), quoted(briefly(what))]]);
      for (const answer of answers) moments.push([answer.at, [quoted(spellAnswer(answer))]]);
    }
    moments.push([until ?? at, [words(`${end}: `), quoted(briefly(what))]]);
  }
  if (endedAt !== null) moments.push([endedAt, [words('the run ends: '), quoted(phase)]]);
  // Stable: what happened in one millisecond keeps the order of the records.
  return moments.toSorted(([one], [other]) => one - other).map(([at, line]) => [words(`${spellTime(at)}  `), ...line]);
}

/** The heading of a part. */
export const heading2 = (text: string): Block => ({ kind: 'heading', level: 2, line: [words(text)], status: null });

const listedMax = 200;

function listBlock(title: string, lines: readonly (readonly Inline[])[]): readonly Block[] {
  if (lines.length === 0) return [];
  const rest = lines.length - listedMax;
  const more = rest > 0 ? [[words(`and ${rest.toLocaleString('en')} more`)]] : [];
  return [heading2(title), { kind: 'list', lines: [...lines.slice(0, listedMax), ...more] }];
}

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
