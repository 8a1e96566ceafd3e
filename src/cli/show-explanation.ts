// An explanation as a person reads it: the command with its parts marked, each effect with the rules that were looked at,
// what the sandbox would get, and what would have to change.

import { relative } from 'node:path';
import { describeEffect } from '../kernel/describe.ts';
import type { Decision, Grants, Verdict } from '../kernel/types.ts';
import type { Advice } from '../policy/explain/advice.ts';
import type { ExplainedEffect, Explanation, LayerSays } from '../policy/explain/explain.ts';
import type { Looked } from '../policy/explain/looked-at.ts';
import { harmless, type Screen } from './screen.ts';

type Paint = (text: string) => string;

/** Prints an explanation. `command` is the text that was judged; empty where the call is none. */
export function showExplanation(
  { decision, effects, silent, advice }: Explanation,
  call: { readonly tool: string; readonly command: string },
  screen: Screen,
): void {
  const { colours } = screen;
  const say = (text = '') => screen.result(text);
  if (call.command !== '') {
    for (const line of markedText(call.command, effects, colours.cyan)) say(line);
    say();
  }
  say(
    `${verdictPaint(decision.verdict, screen)(colours.bold(verdictWord[decision.verdict]))}  ${harmless(decision.because)}`,
  );
  for (const [index, effect] of effects.entries()) for (const line of effectLines(effect, index, screen)) say(line);
  for (const { policy, path } of silent)
    say(colours.dim(`\npolicy ${policy} (${shortPath(path)}) is not about this caller`));
  if (decision.verdict !== 'deny') for (const line of grantLines(decision, colours.bold)) say(line);
  for (const line of adviceLines(advice, screen)) say(line);
}

const verdictWord: Readonly<Record<Verdict, string>> = { allow: 'allowed', ask: 'asks a person', deny: 'denied' };

const verdictPaint = (verdict: Verdict, { colours }: Screen): Paint =>
  verdict === 'allow' ? colours.green : verdict === 'ask' ? colours.yellow : colours.red;

/** The text line by line, with a line of `~` under each part that an effect comes from, and the effect's number behind it. */
function markedText(command: string, effects: readonly ExplainedEffect[], paint: Paint): readonly string[] {
  const numbers = new Map<string, { start: number; end: number; shown: number[] }>();
  for (const [index, { span }] of effects.entries()) {
    if (span === null) continue;
    const key = `${span.start} ${span.end}`;
    const known = numbers.get(key) ?? { ...span, shown: [] };
    known.shown.push(index);
    numbers.set(key, known);
  }
  const spans = [...numbers.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  const lines: string[] = [];
  let at = 0;
  for (const line of command.split('\n')) {
    const end = at + line.length;
    lines.push(`  ${harmless(line).replaceAll('\t', ' ')}`);
    for (const span of spans) {
      const from = Math.max(span.start, at);
      const until = Math.min(span.end, end);
      if (from >= until) continue;
      lines.push(paint(`  ${' '.repeat(from - at)}${'~'.repeat(until - from)} ${span.shown.join(' ')}`));
    }
    at = end + 1;
  }
  return lines;
}

function effectLines({ effect, layers }: ExplainedEffect, index: number, screen: Screen): readonly string[] {
  const { colours } = screen;
  const isQuiet = layers.every(({ verdict, looked }) => verdict === 'silent' && looked.length === 0);
  const title = `${String(index).padStart(2)}  ${harmless(describeEffect(effect))}`;
  const comesAlong = effect.standing === 'implied' ? colours.dim('  comes along') : '';
  if (isQuiet) return [`\n${colours.dim(title)}${comesAlong}`];
  return [`\n${colours.bold(title)}${comesAlong}`, ...layers.flatMap((layer) => layerLines(layer, screen))];
}

function layerLines({ policy, verdict, looked }: LayerSays, screen: Screen): readonly string[] {
  if (verdict === 'silent' && looked.length === 0) return [];
  const { colours } = screen;
  const said: Readonly<Record<LayerSays['verdict'], string>> = {
    allow: colours.green('allows it'),
    ask: colours.yellow('asks about it'),
    deny: colours.red('denies it'),
    missing: colours.red('has no rule that opens it'),
    silent: colours.dim('has nothing to say of it'),
  };
  const width = Math.max(...looked.map(({ rule }) => rule.length), 0);
  return [`    policy ${policy} ${said[verdict]}`, ...looked.map((one) => lookedLine(one, width, screen))];
}

function lookedLine(
  { rule, verdict, path, line, standing, patterns, why }: Looked,
  width: number,
  screen: Screen,
): string {
  const { colours } = screen;
  const word: Readonly<Record<Looked['standing'], string>> = {
    wins: '',
    'gives-way': 'gives way to the stricter rule',
    'not-now': 'would match',
    excepted: 'would match',
    'no-match': 'does not match',
  };
  const mark = standing !== 'wins' ? ' ' : verdict === 'allow' ? '✔' : verdict === 'ask' ? '?' : '✖';
  const shown = patterns.slice(0, 3).join(', ') + (patterns.length > 3 ? ', …' : '');
  const told = [word[standing], why].filter((text) => text !== '').join(': ');
  const text = `${verdict.padEnd(5)} ${rule.padEnd(width)}  ${harmless(shown)}${told === '' ? '' : `  (${harmless(told)})`}`;
  const place = colours.dim(`  ${shortPath(path)}:${line}`);
  return standing === 'wins'
    ? `    ${verdictPaint(verdict, screen)(`${mark} ${text}`)}${place}`
    : `    ${colours.dim(`${mark} ${text}`)}${place}`;
}

/** A path below the current directory from there, any other as it is. */
function shortPath(path: string): string {
  const near = relative('.', path);
  return harmless(near === '' || near.startsWith('..') ? path : near);
}

function grantLines({ grants, verdict, terms, labels }: Decision, bold: Paint): readonly string[] {
  const row = (name: string, text: string) => (text === '' ? [] : [`  ${name.padEnd(9)} ${text}`]);
  const { limits } = grants;
  const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
  const asked = [
    `${terms.roles.join(' or ') || 'any operator'}, ${terms.count} of them, within ${minutes(terms.withinMs)}`,
    ...(terms.operatorsMin > 0 ? [`operators among them: ${terms.operatorsMin}`] : []),
    ...terms.escalate.map(({ afterMs, roles }) => `after ${minutes(afterMs)} also ${roles.join(' or ')}`),
    ...(terms.stepUp === 'none' ? [] : [`who approves shows a ${terms.stepUp}`]),
  ].join('\n  ');
  return [
    ...(verdict === 'ask' ? [`\n${bold('who answers')}\n  ${asked}`] : []),
    `\n${bold('the sandbox gets')}`,
    ...row('read', paths(grants.read, grants.exceptRead)),
    ...row('write', paths(grants.write, grants.exceptWrite)),
    ...row('connect', grants.connect.join('  ')),
    ...row('secrets', grants.secrets.join('  ')),
    ...row(
      'limits',
      `${limits.wallMs / 1_000} s, ${limits.memoryMiB} MiB, ${limits.pids} processes, ${limits.cpus} cpu, ${Math.round(limits.outputBytes / 1_024)} KiB of output`,
    ),
    ...row('labels', labels.join('  ')),
  ];
}

const paths = (entries: Grants['read'], except: Grants['exceptRead']): string =>
  entries.length === 0 || except.length === 0
    ? entries.join('  ')
    : `${entries.join('  ')}   except ${except.slice(0, 4).join('  ')}${except.length > 4 ? ` and ${except.length - 4} more` : ''}`;

function adviceLines(advice: readonly Advice[], { colours }: Screen): readonly string[] {
  if (advice.length === 0) return [];
  return [
    `\n${colours.bold('what would have to change')}`,
    ...advice.flatMap((one) => {
      switch (one.kind) {
        case 'narrow':
          return [`  rule \`${one.rule}\` (${shortPath(one.path)}:${one.line}): ${harmless(one.what)}`];
        case 'add':
          return [
            `  add to ${shortPath(one.path)}; tried, and with it no rule is missing for this call:`,
            colours.green(harmless(one.text)),
          ];
        case 'say':
          return [`  ${harmless(one.what)}`];
        default:
          return one satisfies never;
      }
    }),
  ];
}
