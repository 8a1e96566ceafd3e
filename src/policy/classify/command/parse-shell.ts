// From shell text to its tree. The grammar reads over a `(` behind the name of a command, which no shell does; such text is
// refused like any other that is not valid.

import { type ParsedScript, parse } from 'unbash';
import { UnclearCommand } from './unclear-command.ts';

/**
 * Parses shell text. What else is wrong with it stands in `errors` of the tree.
 * @throws {UnclearCommand} for text that the grammar reads more kindly than a shell does.
 */
export function parseShell(text: string): ParsedScript {
  const script = parse(text);
  if (/\S[ \t]*\(/.test(text)) refuseStrayParentheses(script, text);
  return script;
}

/** Looks at every simple command, wherever it stands in the tree. */
function refuseStrayParentheses(script: ParsedScript, text: string): void {
  const waiting: unknown[] = [script];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const end = endOfName(node, text);
    if (end !== undefined && /^[ \t]*\(/.test(text.slice(end, end + 64))) {
      throw new UnclearCommand('it is not valid shell text: unexpected token `(`');
    }
    for (const value of Object.values(node)) if (typeof value === 'object') waiting.push(value);
  }
}

/** Where the name of a simple command ends, if the text there is that name. */
function endOfName(node: object, text: string): number | undefined {
  if (!('type' in node) || node.type !== 'Command' || !('name' in node)) return undefined;
  const { name } = node;
  if (typeof name !== 'object' || name === null || !('pos' in name) || !('end' in name) || !('text' in name))
    return undefined;
  const { pos, end } = name;
  if (typeof pos !== 'number' || typeof end !== 'number') return undefined;
  return text.slice(pos, end) === name.text ? end : undefined;
}
