// `git`: global options, then a subcommand. A subcommand that git does not ship may be an alias, which runs anything; options
// and settings that run programs are opaque, also where they are shortened, as git allows.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { examinePath, examineWord } from '../examine.ts';
import { type Field, known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import { type Findings, judge } from '../judge.ts';
import { judgePath } from '../judge-path.ts';
import type { ShellState } from '../shell-state.ts';
import { judgeShellText } from '../shell-text.ts';
import { type GitCommand, gitCommands, harmlessSettings } from './git-commands.ts';

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
  if (await readNested(start, invocation, findings, analysis)) return;
  let onlyPaths = false;
  for (let index = start + 1; index < fields.length; index++) {
    const field = fields[index];
    if (field === undefined || field.kind === 'unknown') {
      if (field !== undefined) analysis.addOpaque(field.text, field.why);
      continue;
    }
    const { text } = field;
    if (text === '--') onlyPaths = true;
    if (!onlyPaths && text.startsWith('-') && text.length > 1) {
      const takes = await readOption(index, command, name, state, findings, analysis);
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
  if (name === 'config') readConfig(fields.slice(start + 1), analysis);
}

/** Judges one option; `text` if the next word is its value and only text. */
async function readOption(
  index: number,
  command: GitCommand | undefined,
  name: string,
  state: ShellState,
  findings: Findings,
  analysis: Analysis,
): Promise<'text' | 'none'> {
  const { fields } = findings;
  const text = textOf(fields[index]);
  const equals = text.indexOf('=');
  const option = equals < 0 ? text : text.slice(0, equals);
  const next = fields[index + 1] ?? known('');
  const isShort = !text.startsWith('--');
  const runs = isShort
    ? [...(command?.executes ?? '')].some((letter) => new RegExp(`^-[A-Za-z]*${letter}`).test(text))
    : longExecutes.some((dangerous) => option.length > 3 && dangerous.startsWith(option)) && !safeLong.has(option);
  if (runs) analysis.addOpaque(text, `\`git ${name} ${option}\` runs a program`);
  const writes =
    /^--outpu?t?(?:-dir(?:ectory)?)?$/.test(option) ||
    (name === 'archive' && /^-o/.test(text)) ||
    (name === 'format-patch' && /^-o/.test(text));
  if (writes) {
    const glued = equals >= 0 ? text.slice(equals + 1) : isShort && text.length > 2 ? text.slice(2) : '';
    const target = glued === '' ? next : known(glued);
    await judgePath(target, 'write', 'own', state, analysis);
    if (await examineWord(textOf(target), state, analysis)) findings.outside.add(glued === '' ? index + 1 : index);
    return 'none';
  }
  const isText =
    command?.texts.includes(option) === true ||
    (isShort &&
      command?.texts.some((known) => known.length === 2 && text.endsWith(known.slice(1)) && /^-[a-z]+$/i.test(text)) ===
        true);
  if (isText && equals < 0) return 'text';
  const glued = isShort && command?.texts.includes(text.slice(0, 2)) === true;
  if (!glued && !(command?.texts.includes(option) === true) && (await examineWord(text, state, analysis)))
    findings.outside.add(index);
  return 'none';
}

const longExecutes = [
  '--upload-pack',
  '--receive-pack',
  '--exec',
  '--ext-diff',
  '--textconv',
  '--open-files-in-pager',
  '--config',
  '--config-env',
  '--exec-path',
  '--template',
  '--tool',
  '--extcmd',
  '--unsafe-paths',
  '--remote',
  '--signoff-program',
  '--recurse-submodules-default',
  '--separate-git-dir',
  '--strategy',
  '--smtp-server',
  '--to-cmd',
  '--cc-cmd',
  '--shallow-file',
  '--gpg-program',
];
const safeLong = new Set(['--text', '--to', '--cc', '--all', '--tool-help', '--remotes', '--config-only']);

/** Commands inside commands: `bisect run`, `submodule foreach`, `rebase --exec`. */
async function readNested(
  start: number,
  invocation: Invocation,
  findings: Findings,
  analysis: Analysis,
): Promise<boolean> {
  const { fields } = findings;
  const [name, first] = [textOf(fields[start]), textOf(fields[start + 1])];
  if (name === 'bisect' && first === 'run') {
    await judgeFrom(start + 2, invocation, findings, analysis);
    return true;
  }
  if (name !== 'submodule') return false;
  const at = fields.findIndex((field, index) => index > start && textOf(field) === 'foreach');
  if (at < 0) return false;
  const rest = fields.slice(at + 1).filter((field) => !/^(?:--recursive|-q|--quiet)$/.test(textOf(field)));
  analysis.addOpaque('git submodule foreach', 'it runs in directories that are not known before');
  const [only, ...more] = rest;
  if (only?.kind !== 'known') analysis.addOpaque('git submodule foreach', 'what it runs is not known');
  else if (more.length > 0) await judge({ ...invocation, fields: rest }, analysis);
  else findings.fields[fields.indexOf(only)] = known(await judgeShellText(only.text, 'posix', invocation, analysis));
  return true;
}

async function judgeFrom(index: number, invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const fields: readonly Field[] = findings.fields.slice(index);
  const judged = await analysis.deeper(() => judge({ ...invocation, fields }, analysis));
  findings.fields.splice(index, fields.length, ...judged.fields);
  findings.spellings.push(judged.fields.map(spell));
}

/** Reading a setting is harmless; writing one is where the setting is. */
function readConfig(fields: readonly Field[], analysis: Analysis): void {
  const words = fields.map(textOf);
  const operands = words.filter((word) => !word.startsWith('-'));
  const isReading =
    words.some((word) => /^(?:--get(?:-all|-regexp|-urlmatch)?|--list|-l|--get-color(?:bool)?)$/.test(word)) ||
    /^(?:get|list)$/.test(operands[0] ?? '');
  const isPlain = words.every(
    (word) =>
      !word.startsWith('-') ||
      /^--(?:local|get|list|show-origin|show-scope|name-only|null|type=[a-z]+|get-all|get-regexp|worktree|default=[A-Za-z0-9]*)$|^-[lz]$/.test(
        word,
      ),
  );
  if (isReading && isPlain) return;
  if (isPlain && operands.length === 1) return;
  const [key = '', value = ''] = operands;
  if (isPlain && operands.length === 2 && harmlessSettings.test(`${key}=${value}`)) return;
  analysis.addOpaque(`git config ${words.join(' ')}`, 'this may set what `git` runs later');
}
