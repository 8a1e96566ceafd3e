// What a report says about one call.

import { canonicalJson } from '../../kernel/canonical.ts';
import type { Json } from '../../kernel/types.ts';
import { numberAt } from '../body.ts';
import { type Block, type Fact, type Inline, quoted, quotedList, words } from './document.ts';
import { spellDuration, spellEffect, spellMoment, spellTime } from './spell.ts';
import { type AskedStory, type CallStory, type OutputStory, spellAnswer } from './story.ts';

const effectsMax = 40;
const argumentLinesMax = 60;
const outputLinesMax = 25;
const letterMax = 4_000;

const whatMax = 160;

/** What a call does, cut where it is long: its arguments are shown below it. */
export const briefly = (what: string): string => (what.length > whatMax ? `${what.slice(0, whatMax)} ...` : what);

/** The section of a call. */
export function callBlocks(call: CallStory): readonly Block[] {
  const { end, what, because, args, proposed, output, runs } = call;
  const shownArgs = Object.keys(args ?? {}).length === 0 ? proposed : JSON.stringify(args, null, 2);
  return [
    { kind: 'heading', level: 3, line: [quoted(briefly(what))], status: end },
    { kind: 'facts', facts: factsOf(call) },
    ...(because === '' ? [] : [{ kind: 'paragraph', line: [words('Because: '), quoted(because)] } as const]),
    ...(isSaidAlready(call) ? [] : [text('Arguments', shownArgs, argumentLinesMax)]),
    ...(output === null ? [] : [text(outputCaption(output, call), output.text, outputLinesMax)]),
    ...runs.map((run): Block => ({ kind: 'paragraph', line: [words('It set off the run '), quoted(run.run)] })),
  ];
}

function factsOf(call: CallStory): readonly Fact[] {
  const { verdict, rules, asked, labels, editedBy, preview, startedAt, endedAt, image, sandbox, records, digest } =
    call;
  const effects = call.effects.filter(({ kind }) => kind !== 'tool').map(spellEffect);
  const rest = effects.length - effectsMax;
  const ran = numberAt(call.ms, 'execute');
  const span = endedAt === null ? '' : ` to ${spellTime(endedAt)}`;
  const all: readonly (readonly [string, readonly Inline[]])[] = [
    [
      'When',
      startedAt === 0
        ? []
        : [
            words(
              `${spellMoment(startedAt).replace(' UTC', '')}${span} UTC${ran > 0 ? `, ran for ${spellDuration(ran)}` : ''}`,
            ),
          ],
    ],
    ['Effects', [...quotedList(effects.slice(0, effectsMax)), ...(rest > 0 ? [words(`, and ${rest} more`)] : [])]],
    [
      'Decision',
      verdict === '' ? [] : [quoted(verdict), ...(rules.length === 0 ? [words(', no rule allows it')] : [])],
    ],
    ...rules.map(
      (rule) =>
        [
          'Rule',
          [quoted(`${rule.verdict} by ${rule.policy}/${rule.rule}`), words(': '), quoted(rule.because)],
        ] as const,
    ),
    ...asked.flatMap(askedFacts),
    ['Changed by', editedBy === '' ? [] : [quoted(editedBy)]],
    ['Preview', preview === '' ? [] : [words('ran on a copy first: '), quoted(preview)]],
    ['Labels', quotedList(labels)],
    ['Ran in', ranIn(sandbox, image, call)],
    [
      'Connections',
      quotedList(
        call.connections.map(({ method, host, port, status }) =>
          `${method} ${host}:${port}${status > 0 ? ` ${status}` : ''}`.trim(),
        ),
      ),
    ],
    ['Files written', quotedList([...call.changed, ...call.wrote].map(({ path }) => path))],
    ['Digest', digest === '' ? [] : [quoted(digest)]],
    ['Records', records.length === 0 ? [words('none: it was never made')] : [words(records.join(', '))]],
  ];
  return all.flatMap(([name, value]) => (value.length === 0 ? [] : [{ name, value }]));
}

function askedFacts({ id, at, state, answers }: AskedStory): readonly (readonly [string, readonly Inline[]])[] {
  const asked: Inline[] = [words('question '), quoted(id), words(` at ${spellTime(at)} UTC, now `), quoted(state)];
  return [
    ['Asked', asked],
    ...answers.map((answer): readonly [string, readonly Inline[]] => [
      'Answer',
      [
        quoted(spellAnswer(answer)),
        words(` after ${spellDuration(Math.max(0, answer.at - at))}`),
        ...(answer.scope === '' || answer.scope === 'once' ? [] : [words(', for '), quoted(answer.scope)]),
        ...(answer.proof === '' || answer.proof === 'none' ? [] : [words(', proved by '), quoted(answer.proof)]),
        ...(answer.reason === '' ? [] : [words(': '), quoted(answer.reason)]),
      ],
    ]),
  ];
}

function ranIn(sandbox: string, image: string, { end }: CallStory): readonly Inline[] {
  if (sandbox === '' || end === 'refused') return [];
  return [quoted(sandbox), ...(image === '' ? [] : [words(', image '), quoted(image)])];
}

/** A command says all that its arguments do. */
const isSaidAlready = ({ args, effects }: CallStory): boolean =>
  isEmpty(args) ||
  (Object.keys(args ?? {}).length === 1 &&
    effects.some(({ kind }) => kind === 'run') &&
    canonicalJson(args).length < 200);

const isEmpty = (args: Json): boolean => typeof args !== 'object' || args === null;

const outputCaption = ({ bytes, sha256 }: OutputStory, { records }: CallStory): string => {
  const where =
    sha256 === ''
      ? ''
      : `, the beginning of what has the SHA-256 ${sha256}: sallyport audit output ${records.at(-1) ?? ''}`;
  return `Output, ${bytes.toLocaleString('en')} bytes${where}`;
};

/** The beginning of a text, in lines and letters. */
function text(caption: string, whole: string, linesMax: number): Block {
  const cut = whole.length > letterMax ? `${whole.slice(0, letterMax)} ...` : whole;
  const lines = cut.trimEnd().split('\n');
  const isCut = lines.length > linesMax || cut.length < whole.length;
  return { kind: 'text', caption, lines: [...lines.slice(0, linesMax), ...(isCut ? ['[more in the ledger]'] : [])] };
}
