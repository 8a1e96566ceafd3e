// A run, live, for the person who watches: what the model says, each call with its verdict, rule and time, and the first
// lines of what came back.

import { describeEffect } from '../kernel/describe.ts';
import type { Call, CallResult, RunEvent } from '../kernel/types.ts';
import { cut, harmless, jsonText, oneLine, type Screen } from './screen.ts';

const previewLines = 5;

/** A listener for the events of one run. With `--json` each event is one line of JSON instead. */
export function showRun(screen: Screen): (event: RunEvent) => void {
  if (screen.isJson) return (event) => screen.result(jsonText(event));
  const { colours } = screen;
  let isMidLine = false;
  const freshLine = () => {
    if (isMidLine) screen.note('\n');
    isMidLine = false;
  };
  return (event) => {
    if (event.stream === 'assistant') {
      const text = harmless(event.text);
      screen.note(isMidLine ? text : `\n${text}`);
      isMidLine = !text.endsWith('\n');
      return;
    }
    freshLine();
    if (event.stream === 'tool' && event.phase === 'finished') screen.note(callLines(event.call, event.result, screen));
    if (event.stream === 'lifecycle' && event.phase === 'aborted')
      screen.note(colours.yellow(`\nstopped: ${event.because}\n`));
    if (event.stream === 'lifecycle' && event.phase === 'error')
      screen.note(colours.red(`\nfailed: ${harmless(event.because)}\n`));
  };
}

/** One call as people see it: mark, what it does, verdict and rule, time; then why not, or the first lines of its output. */
function callLines(call: Call, result: CallResult, screen: Screen): string {
  const { colours } = screen;
  const rule = result.rules.map(({ rule }) => rule).join(', ') || 'no rule';
  const spent = result.ms.execute > 0 ? `${duration(result.ms.execute)}` : '';
  const head = `${mark(result, screen)} ${colours.bold(oneLine(describeCall(call, result), screen.columns - 4))}`;
  const verdict = colours.dim(`    ${verdictOf(result)} · ${rule}${spent && ` · ${spent}`}`);
  const because = result.because === '' ? [] : [`    ${paint(result, screen)(oneLine(result.because, 400))}`];
  return [`  ${head}`, verdict, ...because, ...preview(result, screen), ''].join('\n');
}

function preview(result: CallResult, screen: Screen): readonly string[] {
  const lines = harmless(result.output)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const shown = lines
    .slice(0, previewLines)
    .map((line) => screen.colours.dim(`    │ ${cut(line.replaceAll('\t', '  '), screen.columns - 8)}`));
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, screen.colours.dim(`    │ … ${rest} more line${rest === 1 ? '' : 's'}`)] : shown;
}

const marks = { ok: '✓', failed: '✗', unknown: '?', refused: '⊘' } as const;

const paint = (result: CallResult, { colours }: Screen) =>
  ({ ok: colours.green, failed: colours.yellow, unknown: colours.magenta, refused: colours.red })[result.outcome];

const mark = (result: CallResult, screen: Screen): string => paint(result, screen)(marks[result.outcome]);

/** What the call does, in a line: a command as it would be typed, code by its first words, else the tool and its arguments. */
export function describeCall(call: Call, result: CallResult): string {
  const runs = result.effects.filter((effect) => effect.kind === 'run' && effect.standing === 'own');
  if (runs.length > 0) return `${call.tool}  ${runs.map((run) => describeEffect(run).replace(/^run /, '')).join('; ')}`;
  if (typeof call.args !== 'object' || call.args === null) return `${call.tool}  ${JSON.stringify(call.args) ?? ''}`;
  const { path, url, code, ...others } = Object.fromEntries(Object.entries(call.args));
  const leading = [path, url].filter((value) => typeof value === 'string');
  if (typeof code === 'string') return `${call.tool}  ${code.trim().replace(/^\/\/\s*/, '')}`;
  const rest = Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value) ?? ''}`);
  return `${call.tool}  ${[...leading, ...rest].join(' ')}`;
}

/** The verdict in a word: how an asked call was answered, or what the policy said. */
export function verdictOf(result: CallResult): string {
  if (result.outcome === 'refused') return result.verdict === 'ask' ? 'asked, refused' : 'refused';
  return result.verdict === 'ask' ? 'asked, approved' : 'allowed';
}

/** A duration for people. */
export const duration = (ms: number): string =>
  ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
