// What a report on a run says: who wanted what and when, every call with its effects, decision, answers and end, what was
// refused, what was changed and reached, and how to check all of it against the ledger.

import type { LedgerHead } from '../../kernel/store.ts';
import { headText } from '../verify.ts';
import { type Block, type Document, type Inline, quoted, quotedList, type Status, words } from './document.ts';
import { briefly, callBlocks } from './report-call.ts';
import { counted, spellDuration, spellMoment, spellTime } from './spell.ts';
import { type CallStory, callsOf, type RunStory, spellAnswer } from './story.ts';

/** When and of which ledger a report was made. */
export interface ReportOrigin {
  readonly madeAt: number;
  /** The last record of the ledger then. */
  readonly head: LedgerHead;
  readonly version: string;
}

/** The report on a run. */
export function reportOf(story: RunStory, origin: ReportOrigin): Document {
  const calls = callsOf(story);
  return {
    title: 'Report on an agent run',
    subtitle: [
      quoted(story.run),
      words(` of agent `),
      quoted(story.caller.agent),
      words(`, ${spellMoment(story.startedAt)}`),
    ],
    figures: figuresOf(calls, story),
    blocks: [
      ...aboutBlocks(story),
      ...summaryBlocks(calls),
      ...listBlock('Timeline', timelineOf(story)),
      heading2('Every call'),
      ...story.turns.flatMap(({ text, calls: made }) => [...saidBlocks(text), ...made.flatMap(callBlocks)]),
      ...(calls.length === 0 ? [paragraph('No call was made.')] : []),
      ...proofBlocks(story, origin),
    ],
  };
}

function figuresOf(calls: readonly CallStory[], { startedAt, endedAt, isStarted }: RunStory): Document['figures'] {
  const figure = (status: Status) => ({
    name: status,
    status,
    value: String(calls.filter(({ end }) => end === status).length),
  });
  const asked = calls.filter((call) => call.asked.length > 0).length;
  const took = endedAt === null ? 'not ended' : spellDuration(endedAt - startedAt);
  return [
    { name: calls.length === 1 ? 'call' : 'calls', value: calls.length.toLocaleString('en'), status: null },
    ...(['ok', 'failed', 'refused', 'unknown', 'open'] as const).map(figure).filter(({ value }) => value !== '0'),
    ...(asked === 0 ? [] : [{ name: 'asked about', value: String(asked), status: null }]),
    ...(isStarted ? [{ name: 'in all', value: took, status: null }] : []),
  ];
}

function aboutBlocks(story: RunStory): readonly Block[] {
  const { caller, model, policy, startedAt, endedAt, phase, because, continuedAt } = story;
  const facts: readonly (readonly [string, readonly Inline[]])[] = [
    ['Run', [quoted(story.run)]],
    ['Agent', [quoted(caller.agent), words(' in session '), quoted(caller.session)]],
    ['Message from', caller.sender === '' ? [] : [quoted(caller.sender), words(' through '), quoted(caller.channel)]],
    ['Set off by', caller.trigger === '' ? [] : [quoted(caller.trigger)]],
    ['Model', model === '' ? [] : [quoted(model)]],
    ['Workspace', caller.workspace === '' ? [] : [quoted(caller.workspace)]],
    ['Labels at the start', quotedList(caller.labels)],
    ['Policy', policy === '' ? [] : [quoted(policy)]],
    ['Started', [words(spellMoment(startedAt))]],
    ...continuedAt.map((at) => ['Taken over', [words(`by another process, ${spellMoment(at)}`)]] as const),
    [
      'Ended',
      !story.isStarted
        ? []
        : endedAt === null
          ? [words('no record of its end')]
          : [words(`${spellMoment(endedAt)}, `), quoted(phase)],
    ],
    ['Because', because === '' ? [] : [quoted(because)]],
  ];
  return [
    heading2('The run'),
    { kind: 'facts', facts: facts.flatMap(([name, value]) => (value.length === 0 ? [] : [{ name, value }])) },
    ...(story.message === '' ? [] : [textBlock('What was asked', story.message)]),
  ];
}

/** What somebody in a hurry wants to know. */
function summaryBlocks(calls: readonly CallStory[]): readonly Block[] {
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

function proofBlocks(
  { first, last, lastHash, records, run }: RunStory,
  { madeAt, head, version }: ReportOrigin,
): readonly Block[] {
  const fact = (name: string, ...value: readonly Inline[]) => ({ name, value });
  return [
    heading2('How to check this'),
    {
      kind: 'facts',
      facts: [
        fact('Records', words(`${counted(records, 'record')} of this run, from ${first} to ${last}`)),
        fact('Last of them', quoted(`${last}:${lastHash}`)),
        fact('Ledger head', quoted(headText(head)), words(` when this was made`)),
        fact('Made', words(`${spellMoment(madeAt)} by Sallyport ${version}`)),
      ],
    },
    paragraph(
      'This report is drawn from the ledger and proves nothing by itself. On the machine of the ledger, or with an export of it, the first line checks that no record was changed, and that the ledger still holds the head above; the second prints the records themselves:',
    ),
    {
      kind: 'text',
      caption: '',
      lines: [
        `sallyport audit verify --head ${headText(head)}`,
        `sallyport audit show ${/^[\w.:-]+$/.test(run) ? run : '<run>'}`,
      ],
    },
  ];
}

const saidLinesMax = 60;

const saidBlocks = (text: string): readonly Block[] =>
  text.trim() === ''
    ? []
    : [
        { kind: 'heading', level: 3, line: [words('The agent said')], status: null },
        textBlock('', text.trim(), saidLinesMax),
      ];

/** Text from a record, its beginning where it is long. */
export function textBlock(caption: string, text: string, linesMax = 200): Block {
  const lines = text.split('\n');
  const rest = lines.length - linesMax;
  const shown = rest > 0 ? [...lines.slice(0, linesMax), `[${counted(rest, 'line')} more in the ledger]`] : lines;
  return { kind: 'text', caption, lines: shown };
}

const heading2 = (text: string): Block => ({ kind: 'heading', level: 2, line: [words(text)], status: null });

const paragraph = (text: string): Block => ({ kind: 'paragraph', line: [words(text)] });

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
