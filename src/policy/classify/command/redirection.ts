// Redirections: what they read and write, and how they are printed. Here-documents are printed as here-strings, so that no
// text of the model stands outside quotes.

import type { Redirected, Redirection, WordPart } from 'unbash';
import type { Analysis } from './analysis.ts';
import { evaluateCompound } from './compound.ts';
import { type Field, known, printField } from './field.ts';
import { inSandbox } from './host-spelling.ts';
import { judgePath } from './judge-path.ts';
import type { Evaluated } from './script.ts';
import type { ShellState } from './shell-state.ts';
import { UnclearCommand } from './unclear-command.ts';
import { expandParts, expandText, expandWord } from './word.ts';

const redirectionsMax = 50;

/** Reads a compound command with redirections. */
export async function evaluateRedirected(node: Redirected, state: ShellState, analysis: Analysis): Promise<Evaluated> {
  const redirects = await printRedirections(node.redirects, state, analysis);
  const { text, flow } = await evaluateCompound(node.command, { ...state, readsNames: false }, analysis);
  return { text: text + redirects, flow };
}

/** Judges redirections and prints them, each after a space. */
export async function printRedirections(
  redirections: readonly Redirection[],
  state: ShellState,
  analysis: Analysis,
): Promise<string> {
  let text = '';
  if (redirections.length > redirectionsMax)
    throw new UnclearCommand(`a command has more than ${redirectionsMax} redirections; split it`);
  for (const redirection of redirections) {
    text += ` ${await analysis.at(redirection, () => printRedirection(redirection, state, analysis))}`;
  }
  return text;
}

async function printRedirection(redirection: Redirection, state: ShellState, analysis: Analysis): Promise<string> {
  const descriptor = printDescriptor(redirection);
  switch (redirection.type) {
    case 'HereDoc': {
      const { delimiter, body, closing } = redirection;
      if (delimiter === undefined || closing === undefined) throw new UnclearCommand('a here-document is not closed');
      const isLiteral = delimiter.quoted || body.parts === undefined;
      const content = isLiteral
        ? known(withoutLastBreak(delimiter.quoted ? body.text : unescaped(body.text)))
        : await expandParts(withoutLastBreakParts(body.parts), state, analysis);
      if (body.text === '') return `${descriptor}< '/dev/null'`;
      return printInput(descriptor, content, state);
    }
    case 'HereString': {
      if (redirection.target === undefined) throw new UnclearCommand('`<<<` has no word after it');
      if (state.dialect === 'posix') throw new UnclearCommand('`<<<` is not known to every shell');
      return `${descriptor}<<< ${printField(await expandText(redirection.target, state, analysis))}`;
    }
    case 'Redirect': {
      if (redirection.target === undefined) throw new UnclearCommand('a redirection has no file after it');
      const fields = await expandWord(redirection.target, state, analysis);
      const [target] = fields;
      if (target === undefined || fields.length > 1)
        throw new UnclearCommand('a redirection does not have exactly one file');
      return printRedirect(redirection.operator, descriptor, inSandbox(target, analysis), state, analysis);
    }
  }
}

function printInput(descriptor: string, content: Field, state: ShellState): string {
  if (state.dialect === 'posix') throw new UnclearCommand('a here-document inside `sh -c` has several readings');
  return `${descriptor}<<< ${printField(content)}`;
}

/** What the shell makes of backslashes where the delimiter is not in quotes. */
const unescaped = (text: string): string =>
  text.replace(/\\([\\$`\n])/g, (_, escaped: string) => (escaped === '\n' ? '' : escaped));

/** A here-document always ends in a line break, and a here-string adds one. */
function withoutLastBreak(text: string): string {
  if (text !== '' && !text.endsWith('\n')) throw new UnclearCommand('the last line of a here-document is not ended');
  return text.slice(0, -1);
}

function withoutLastBreakParts(parts: readonly WordPart[]): readonly WordPart[] {
  const last = parts[parts.length - 1];
  if (last?.type !== 'Literal') throw new UnclearCommand('the last line of a here-document is not known');
  return [...parts.slice(0, -1), { ...last, value: withoutLastBreak(last.value) }];
}

async function printRedirect(
  operator: Extract<Redirection, { type: 'Redirect' }>['operator'],
  descriptor: string,
  target: Field,
  state: ShellState,
  analysis: Analysis,
): Promise<string> {
  const isBoth = operator === '&>' || operator === '&>>' || (operator === '>&' && descriptor === '');
  if ((operator === '>&' || operator === '<&') && target.kind === 'known' && /^(?:[0-9]{1,3}-?|-)$/.test(target.text)) {
    return `${descriptor}${operator}${target.text}`;
  }
  if (operator === '<&' || (operator === '>&' && descriptor !== '')) {
    throw new UnclearCommand(`\`${operator}\` needs the number of a descriptor`);
  }
  if (target.kind === 'known' && /^\/+dev\/+(?:tcp|udp)(?:\/|$)/.test(target.text)) {
    throw new UnclearCommand(
      'redirecting to `/dev/tcp` or `/dev/udp` opens a network connection; use a program for it',
    );
  }
  await judgePath(target, operator.startsWith('<') ? 'read' : 'write', 'own', state, analysis);
  if (operator === '<>') await judgePath(target, 'write', 'own', state, analysis);
  if (!isBoth) return `${descriptor}${operator} ${printField(target)}`;
  return `${operator === '&>>' ? '>>' : '>'} ${printField(target)} 2>&1`;
}

function printDescriptor({ descriptor }: Redirection): string {
  if (descriptor === undefined) return '';
  if (descriptor.type === 'FileDescriptorVariable') {
    throw new UnclearCommand(`\`{${descriptor.name}}\` keeps a descriptor in a variable`);
  }
  return String(descriptor.value);
}
