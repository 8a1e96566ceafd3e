// `git`: global options, then a subcommand. A subcommand that git does not ship may be an alias, which runs anything; options
// and settings that run programs are opaque, also where they are shortened, as git allows.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { examinePath, examineWord } from '../examine.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { freshState, type ShellState } from '../shell-state.ts';
import { type GitCommand, gitCommands, harmlessSettings } from './git-commands.ts';
import { readGitConfig } from './git-config.ts';
import { readGitNested } from './git-nested.ts';
import { readGitOption } from './git-options.ts';

/** Reads the words of `git`. */
export async function readGit(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const opaque = (text: string, why: string): void => analysis.addOpaque(text, why);
  let { state } = invocation;
  // There is no terminal, so there is no pager to turn off.
  while (/^(?:--no-pager|-P)$/.test(textOf(findings.fields[1]))) findings.fields.splice(1, 1);
  const { fields } = findings;
  let index = 1;
  for (; index < fields.length; index++) {
    const text = textOf(fields[index]);
    const value = textOf(fields[index + 1]);
    if (!text.startsWith('-')) break;
    if (
      /^(?:--no-pager|-P|--no-optional-locks|--literal-pathspecs|--bare|--no-replace-objects|--no-lazy-fetch)$/.test(
        text,
      )
    )
      continue;
    if (/^(?:--version|-v|--help|-h)$/.test(text)) return;
    if (text === '-C') {
      if (await examinePath(value, 'read', state, analysis)) findings.outside.add(index + 1);
      state = await movedTo(value, state, analysis);
    } else if (text === '-c') {
      if (!harmlessSettings.test(value)) opaque(`-c ${value}`, 'this setting of `git` may run a program');
    } else if (/^--(?:git-dir|work-tree)/.test(text)) {
      const path = text.includes('=') ? text.slice(text.indexOf('=') + 1) : value;
      if (await examinePath(path, 'read', state, analysis))
        findings.outside.add(text.includes('=') ? index : index + 1);
      opaque(`${text} ${value}`, 'the settings of the repository that it names may run programs');
      if (text.includes('=')) continue;
    } else {
      opaque(text, `the option \`${text}\` of \`git\` is not known, or runs a program`);
      continue;
    }
    index += 1;
  }
  const name = fields[index];
  if (name === undefined) return;
  if (index > 1) findings.spellings.push(['git', ...fields.slice(index).map(spell)]);
  const command = gitCommands.get(textOf(name));
  if (command === undefined) {
    opaque(`git ${spell(name)}`, 'this is not a command of `git` itself; it may be an alias, which runs anything');
  } else if (command.runs !== '') opaque(`git ${textOf(name)}`, command.runs);
  const rest = fields.slice(index + 1).map(textOf);
  analysis.printsNames =
    textOf(name) === 'ls-files' ||
    (/^(?:diff|grep)$/.test(textOf(name)) && rest.some((word) => /^(?:--name-only|-l)$/.test(word)));
  await readArguments(index, command, { ...invocation, state }, findings, analysis);
}

const showing =
  /^(?:show|cat-file|diff|difftool|log|whatchanged|blame|annotate|grep|archive|ls-tree|restore|checkout)$/;

/** The paths that stand behind something else in a word: `HEAD:path`, `:0:path`, `-L1,5:path`, `:(top)path`. */
function pathsInside(subcommand: string, word: string, isPathspec: boolean): readonly string[] {
  if (!showing.test(subcommand) || !word.includes(':') || word.includes('://')) return [];
  // What `grep` looks for is no path.
  if (subcommand === 'grep' && !isPathspec) return [];
  if (isPathspec || /^:[(!^]/.test(word)) return [word.replace(/^:(?:\([^)]*\)|[/!^]*:?)/, '')];
  if (word.startsWith('-')) return word.startsWith('-L') ? [word.slice(word.lastIndexOf(':') + 1)] : [];
  // `:/text` names a commit by its message, and in `diff`, `log` and `grep` a path from the root.
  return [word.replace(/^[^:]*:(?:[0-3]:|\/)?/, '')];
}

async function movedTo(text: string, state: ShellState, analysis: Analysis): Promise<ShellState> {
  const directories: string[] = [];
  for (const directory of state.directories) {
    const located = await analysis.locate(text === '' ? '.' : text, directory);
    if ('inSandbox' in located) directories.push(located.inSandbox);
  }
  return directories.length === 0 ? state : { ...state, directories };
}

async function readArguments(
  start: number,
  command: GitCommand | undefined,
  invocation: Invocation,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const { fields } = findings;
  const { state } = invocation;
  const name = textOf(fields[start]);
  if (await readGitNested(start, invocation, findings, analysis)) return;
  let onlyPaths = false;
  for (let index = start + 1; index < fields.length; index++) {
    const field = fields[index];
    if (field === undefined || field.kind === 'unknown') {
      if (field !== undefined) analysis.addOpaque(field.text, field.why);
      continue;
    }
    const { text } = field;
    if (text === '--') onlyPaths = true;
    for (const path of pathsInside(name, text, onlyPaths)) {
      if (await examinePath(path, 'read', state, analysis)) findings.outside.add(index);
      // A path in a revision starts at the root of the repository, wherever the command stands.
      await examinePath(path, 'read', freshState(), analysis);
    }
    if (!onlyPaths && text.startsWith('-') && text.length > 1) {
      const takes = await readGitOption(index, command, name, state, findings, analysis);
      const value = fields[index + 1];
      if (takes === 'text' && (value?.kind !== 'unknown' || value.isOne)) index += 1;
      continue;
    }
    if (/^(?:ext|fd)::|^[a-z0-9+.-]+::|:\/\/-|^-/i.test(text) && !onlyPaths && text !== '-') {
      analysis.addOpaque(text, '`git` runs a helper program for such an address');
    }
    if (name === 'config' || command?.operands === 'text') continue;
    if (await examineWord(text, state, analysis)) findings.outside.add(index);
  }
  const words = fields.slice(start + 1).map(textOf);
  if (name === 'grep' && words.includes('--no-index')) await examinePath('.', 'read', state, analysis);
  if (name === 'init' || name === 'clone') {
    const operands = words.filter((word) => word !== '' && !word.startsWith('-'));
    const target = operands.length > (name === 'clone' ? 1 : 0) ? operands[operands.length - 1] : '.';
    await examinePath(target ?? '.', 'write', state, analysis);
  }
  if (name === 'config') readGitConfig(fields.slice(start + 1), analysis);
}
