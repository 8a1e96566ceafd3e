// What a report on a run says: who wanted what and when, every call with its effects, decision, answers and end, what was
// refused, what was changed and reached, and how to check all of it against the ledger.

import type { LedgerHead } from '../../kernel/store.ts';
import { headText } from '../verify.ts';
import { type Block, type Document, type Inline, quoted, quotedList, type Status, words } from './document.ts';
import { callBlocks } from './report-call.ts';
import { heading2, summaryBlocks, timelineBlocks } from './report-summary.ts';
import { counted, spellDuration, spellMoment } from './spell.ts';
import { type CallStory, callsOf, type RunStory } from './story.ts';

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
      ...timelineBlocks(story),
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
function textBlock(caption: string, text: string, linesMax = 200): Block {
  const lines = text.split('\n');
  const rest = lines.length - linesMax;
  const shown = rest > 0 ? [...lines.slice(0, linesMax), `[${counted(rest, 'line')} more in the ledger]`] : lines;
  return { kind: 'text', caption, lines: shown };
}

const paragraph = (text: string): Block => ({ kind: 'paragraph', line: [words(text)] });
