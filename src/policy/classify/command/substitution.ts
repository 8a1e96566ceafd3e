// `$(…)`, backquotes and `<(…)`: the command inside is judged like any other. What it prints is known where it can be
// computed, has a known shape for some commands, and is opaque else.

import type { CommandExpansionPart, ParsedScript, ProcessSubstitutionPart } from 'unbash';
import type { Analysis } from './analysis.ts';
import type { Atom } from './atoms.ts';
import { foldOutput } from './fold.ts';
import { outputSample } from './output-shape.ts';
import { evaluateScript } from './script.ts';
import type { ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';

/** Reads a command substitution. */
export async function readSubstitution(
  { script, text }: Pick<CommandExpansionPart, 'script' | 'text'>,
  isQuoted: boolean,
  state: ShellState,
  analysis: Analysis,
): Promise<Atom> {
  const literal = literalOutput(script, state);
  if (literal !== undefined) return { kind: isQuoted ? 'quoted' : 'value', text: literal };
  analysis.ran = undefined;
  const inner = await readInner(script, text, state, analysis);
  const why = 'what this command prints is not known before it runs';
  const last = isOneCommand(script) ? analysis.ran : undefined;
  const folded = last !== undefined && isAlone(script) ? await foldOutput(last, state, analysis) : undefined;
  if (folded !== undefined) return { kind: isQuoted ? 'quoted' : 'value', text: folded };
  const sample = last === undefined ? undefined : outputSample(last);
  const nature = analysis.printsNames && isOneCommand(script) ? 'names' : 'any';
  return { kind: 'unknown', text: `$(${inner})`, why, isQuoted: isQuoted || sample !== undefined, nature, sample };
}

/** Reads a process substitution. */
export async function readProcess(
  { script, text, operator }: ProcessSubstitutionPart,
  state: ShellState,
  analysis: Analysis,
): Promise<Atom> {
  if (state.dialect === 'posix') throw new UnclearCommand(`\`${operator}(…)\` is not known to every shell`);
  const inner = `${operator}(${await readInner(script, text, state, analysis)})`;
  const why = 'it is the name of a pipe';
  return { kind: 'unknown', text: inner, why, isQuoted: true, nature: 'pipe', sample: undefined };
}

async function readInner(
  script: ParsedScript | undefined,
  text: string,
  state: ShellState,
  analysis: Analysis,
): Promise<string> {
  if (script === undefined) throw new UnclearCommand(`could not read the command in \`${text}\``);
  const inner = await analysis.deeper(() => evaluateScript(script, { ...state, readsNames: false }, analysis));
  return inner.text;
}

/** True if all that the script prints comes from its last simple command. */
function isOneCommand(script: ParsedScript | undefined): boolean {
  const [statement, ...more] = script?.commands ?? [];
  if (statement === undefined || more.length > 0 || statement.background === true) return false;
  const { command } = statement;
  if (command.type === 'Command') return true;
  if (command.type !== 'Pipeline' || command.prefixes.length > 0) return false;
  return (
    command.operators.every((operator) => operator === '|') && command.commands.every(({ type }) => type === 'Command')
  );
}

/** True if nothing else than the one command would run, but for errors that are thrown away. */
function isAlone(script: ParsedScript | undefined): boolean {
  const command = script?.commands[0]?.command;
  if (command?.type !== 'Command' || command.prefix.length > 0) return false;
  return command.redirects.every(
    (redirect) =>
      redirect.type === 'Redirect' &&
      redirect.operator === '>' &&
      redirect.target?.text === '/dev/null' &&
      redirect.descriptor?.type === 'FileDescriptor' &&
      redirect.descriptor.value === 2,
  );
}

/** What `$(cat <<'E' …)` gives: the text itself, so that no `cat` needs to run. */
function literalOutput(script: ParsedScript | undefined, state: ShellState): string | undefined {
  const [statement, ...more] = script?.commands ?? [];
  const command = statement?.command;
  if (more.length > 0 || (script?.errors ?? []).length > 0 || statement?.background === true) return undefined;
  if (command?.type !== 'Command' || command.name?.text !== 'cat' || command.args.length > 0) return undefined;
  const [input, ...others] = command.redirects;
  if (command.prefix.length > 0 || others.length > 0 || input?.type !== 'HereDoc' || state.functions.has('cat'))
    return undefined;
  const isLiteral = input.delimiter?.quoted === true || input.body.parts === undefined;
  const isPlain = isLiteral && input.closing !== undefined && input.descriptor === undefined;
  return isPlain ? input.body.text.replace(/\n+$/, '') : undefined;
}
