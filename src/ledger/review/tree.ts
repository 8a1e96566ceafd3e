// The story of a run as a tree: turns, their calls, what is to be known of each, and the runs within. Only structure and
// words are decided here; the screen draws and colours them.

import { visible } from '../../kernel/describe.ts';
import { numberAt } from '../body.ts';
import { counted, inOneLine, spellDuration, spellEffect, spellMoment, spellTime } from './spell.ts';
import {
  answersText,
  type CallEnd,
  type CallStory,
  callsOf,
  endsText,
  type RunStory,
  type TurnStory,
} from './story.ts';

/** What a piece of a line is, for whoever colours it. */
export type Tone = 'plain' | 'strong' | 'quiet' | 'said' | CallEnd;

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A line; `right` stands at its end, where there is space. */
export interface Line {
  readonly pieces: readonly Piece[];
  readonly right: string;
}

export interface TreeNode {
  readonly head: Line;
  /** Lines below the head. */
  readonly details: readonly Line[];
  readonly children: readonly TreeNode[];
}

export const marks: { readonly [end in CallEnd]: string } = {
  ok: '✓',
  failed: '✗',
  refused: '⊘',
  unknown: '?',
  open: '…',
};

const effectsShown = 4;

/** The tree of a run. */
export function treeOf(story: RunStory): TreeNode {
  const { run, caller, message, model, startedAt, endedAt, phase, because } = story;
  const calls = callsOf(story);
  const took = endedAt === null ? 'not ended' : `${phase} after ${spellDuration(endedAt - startedAt)}`;
  const who = story.isStarted ? `${caller.agent}, ${took}` : caller.agent;
  const ends = calls.length === 0 ? 'no call' : `${counted(calls.length, 'call')}: ${endsText(calls)}`;
  const from = [
    caller.sender === '' ? '' : `by ${caller.sender}`,
    caller.channel === '' ? '' : `through ${caller.channel}`,
    model === '' ? '' : `with ${model}`,
  ].filter((part) => part !== '');
  const details = [
    line('plain', `${visible(who)}; ${ends}`),
    line('quiet', visible([spellMoment(startedAt), ...from].join(' '))),
    ...story.continuedAt.map((at) => line('quiet', `another process went on with it at ${spellMoment(at)}`)),
    ...(message === '' ? [] : [line('said', inOneLine(message))]),
  ];
  return { head: line('strong', visible(run)), details, children: [...story.turns.flatMap(turnNodes), ...last()] };

  function last(): readonly TreeNode[] {
    const where = line('quiet', `records ${story.first} to ${story.last}, ${story.lastHash}`);
    if (!story.isStarted) return [{ head: where, details: [], children: [] }];
    const tone = phase === 'end' ? 'ok' : phase === '' ? 'open' : 'failed';
    const told = phase === '' ? 'open: no record of its end' : `${phase} ${spellTime(endedAt ?? startedAt)}`;
    const why = because === '' ? [] : [line('plain', inOneLine(because))];
    return [{ head: line(tone, visible(told)), details: [...why, where], children: [] }];
  }
}

/** A turn is a node where it said something, else its calls stand alone. */
function turnNodes({ text, calls, tokens }: TurnStory): readonly TreeNode[] {
  const children = calls.map(callNode);
  if (text.trim() === '') return children;
  const right = tokens > 0 ? counted(tokens, 'token') : '';
  return [{ head: { pieces: [{ text: inOneLine(text), tone: 'said' }], right }, details: [], children }];
}

function callNode(call: CallStory): TreeNode {
  const { end, what, because, ms, output, connections, changed, wrote } = call;
  const spent = numberAt(ms, 'execute');
  const [first] = call.records;
  const head: Line = {
    pieces: [
      { text: `${marks[end]} `, tone: end },
      { text: what, tone: 'strong' },
    ],
    right: spent > 0 ? spellDuration(spent) : '',
  };
  const effects = furtherEffects(call).filter((effect) => !what.startsWith(effect));
  const carried = call.labels.length === 0 ? [] : [`labels ${visible(call.labels.join(', '))}`];
  const files = new Set([...changed, ...wrote].map(({ path }) => visible(path)));
  const details = [
    line('quiet', [decisionText(call), ...carried, first === undefined ? 'never made' : `#${first}`].join(' · ')),
    ...(effects.length === 0 ? [] : [line('quiet', effects.join(' · '))]),
    ...(call.editedBy === '' ? [] : [line('plain', `arguments changed by ${visible(call.editedBy)}`)]),
    ...(because === '' ? [] : [line(end, inOneLine(because))]),
    ...(connections.length === 0
      ? []
      : [line('quiet', `connected ${counted(connections.length, 'time')}: ${hostsText(call)}`)]),
    ...(files.size === 0 ? [] : [line('quiet', `wrote ${[...files].join(', ')}`)]),
    ...(output === null || end === 'ok' ? [] : [line('quiet', inOneLine(output.text))]),
  ];
  return { head, details, children: call.runs.map(treeOf) };
}

/** What the policy said and people answered, in one line; without how long it took them where `duration` is null. */
export function decisionText(
  { verdict, rules, asked, end }: CallStory,
  duration: ((ms: number) => string) | null = spellDuration,
): string {
  const made = rules.filter((rule) => rule.verdict === verdict).map(({ rule }) => rule);
  const by = made.length === 0 ? '' : ` by ${made.join(', ')}`;
  const answers = answersText(asked, duration);
  return visible(`${verdictText(verdict, by, end)}${answers === '' ? '' : `, ${answers}`}`);
}

function verdictText(verdict: string, by: string, end: CallEnd): string {
  switch (verdict) {
    case 'allow':
      return end === 'refused' ? `allowed${by}, refused all the same` : `allowed${by}`;
    case 'ask':
      return `asked${by}`;
    case 'deny':
      return by === '' ? 'denied, no rule allows it' : `denied${by}`;
    default:
      return end === 'open' ? 'not judged' : 'not understood';
  }
}

/** Effects beyond the tool itself and the command that the head shows. */
export function furtherEffects({ effects }: CallStory, shownMax = effectsShown): readonly string[] {
  const further = effects
    .filter(({ kind, standing }) => kind !== 'tool' && !(kind === 'run' && standing === 'own'))
    .map(spellEffect);
  const rest = further.length - shownMax;
  return rest > 0 ? [...further.slice(0, shownMax), `and ${rest} more`] : further;
}

const hostsText = ({ connections }: CallStory): string =>
  [...new Set(connections.map(({ host, port }) => visible(`${host}:${port}`)))].join(', ');

const line = (tone: Tone, text: string): Line => ({ pieces: [{ text, tone }], right: '' });
