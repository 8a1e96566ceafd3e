// When the printed form need not be read a second time: where it has the very structure of what was read, and every word in
// both is a fixed text, the same one. A reading depends on nothing else of such a script, so it would find the same again.
// Whatever is not listed here (expansions, assignments, compound commands, functions) is read twice.

import type { AndOr, CommandArgument, CommandNode, ParsedScript, PipelineNode, Redirection, Word } from 'unbash';

/** True if reading `printed` is sure to find what reading `original` found, which printed it. */
export function readsAlike(original: ParsedScript, printed: ParsedScript): boolean {
  if (original.errors !== undefined || printed.errors !== undefined) return false;
  return areAlike(
    original.commands,
    printed.commands,
    (one, other) => (one.background === true) === (other.background === true) && isSameList(one.command, other.command),
  );
}

function areAlike<T>(all: readonly T[], others: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  if (all.length !== others.length) return false;
  return all.every((one, index) => {
    const other = others[index];
    return other !== undefined && isSame(one, other);
  });
}

const isEqual = (one: string, other: string): boolean => one === other;

function isSameList(one: PipelineNode | AndOr, other: PipelineNode | AndOr): boolean {
  if (one.type !== 'AndOr' || other.type !== 'AndOr') {
    return one.type !== 'AndOr' && other.type !== 'AndOr' && isSamePipeline(one, other);
  }
  return areAlike(one.operators, other.operators, isEqual) && areAlike(one.commands, other.commands, isSamePipeline);
}

function isSamePipeline(one: PipelineNode, other: PipelineNode): boolean {
  if (one.type !== 'Pipeline' || other.type !== 'Pipeline') {
    return one.type !== 'Pipeline' && other.type !== 'Pipeline' && isSameCommand(one, other);
  }
  if (one.prefixes.length > 0 || other.prefixes.length > 0) return false;
  return areAlike(one.operators, other.operators, isEqual) && areAlike(one.commands, other.commands, isSameCommand);
}

function isSameCommand(one: CommandNode, other: CommandNode): boolean {
  if (one.type !== 'Command' || other.type !== 'Command') return false;
  if (one.prefix.length > 0 || other.prefix.length > 0 || one.name === undefined || other.name === undefined)
    return false;
  return (
    isSameWord(one.name, other.name) &&
    areAlike(one.args, other.args, isSameWord) &&
    areAlike(one.redirects, other.redirects, isSameRedirection)
  );
}

function isSameRedirection(one: Redirection, other: Redirection): boolean {
  if (one.type !== 'Redirect' || other.type !== 'Redirect' || one.operator !== other.operator) return false;
  if (one.target === undefined || other.target === undefined) return false;
  return isSameDescriptor(one, other) && isSameWord(one.target, other.target);
}

function isSameDescriptor({ descriptor: one }: Redirection, { descriptor: other }: Redirection): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.type === 'FileDescriptor' && other.type === 'FileDescriptor' && one.value === other.value;
}

function isSameWord(one: CommandArgument, other: CommandArgument): boolean {
  if (one.type !== 'Word' || other.type !== 'Word') return false;
  const text = fixedText(one);
  return text !== undefined && text === fixedText(other);
}

/** The text of a word in which a shell has nothing to expand; undefined for any other. */
function fixedText(word: Word): string | undefined {
  // A tilde outside quotes may be a directory.
  if (word.text.startsWith('~')) return undefined;
  if (word.parts === undefined) return word.value;
  let text = '';
  for (const part of word.parts) {
    if (part.type === 'SingleQuoted') text += part.value;
    else if (part.type === 'Literal' && part.value !== '' && !part.value.includes('~')) text += part.value;
    else if (part.type === 'DoubleQuoted') {
      for (const child of part.parts) {
        if (child.type !== 'Literal') return undefined;
        text += child.value;
      }
    } else return undefined;
  }
  return text;
}
