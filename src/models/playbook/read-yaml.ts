// The text of a playbook as plain data: one YAML document, no aliases, nothing that would vanish or grow on the way.

import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { PlaybookError, Problems } from './problems.ts';
import { startOf } from './yaml-places.ts';

/**
 * Text of a playbook as data, with the means to name places in it.
 * @throws {PlaybookError} if it is not YAML that may be used.
 */
export function readYaml(text: string, file: string): { readonly data: unknown; readonly problems: Problems } {
  const lines = new LineCounter();
  const document = parseYaml(text, file, lines);
  const problems = new Problems(file, lines, document.contents);
  const complaints = [...document.errors, ...document.warnings];
  const depth = complaints.find(({ message }) => message.includes('call stack'));
  if (depth !== undefined) problems.addAt(depth.pos[0], 'it is nested too deeply');
  else for (const { pos, message } of complaints) problems.addAt(pos[0], plain(message));
  problems.throwIfAny();
  visit(document, {
    Alias: (_, node) => problems.addAt(startOf(node) ?? 0, 'aliases are not allowed; write the value again'),
    Pair: (_, { key }) => {
      // It would vanish on the way to data, and an argument that vanishes is not what was written.
      if (isScalar(key) && key.value === '__proto__') problems.addAt(startOf(key) ?? 0, 'a key cannot be `__proto__`');
    },
  });
  problems.throwIfAny();
  return { data: document.toJS({ maxAliasCount: 0 }), problems };
}

/** One message of the YAML library is for programmers. */
const plain = (message: string): string =>
  message.startsWith('Source contains multiple documents') ? 'a playbook is one YAML document' : message;

function parseYaml(text: string, file: string, lines: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  } catch {
    throw new PlaybookError(file, [`${file}:1:1: could not read the YAML: it is nested too deeply`]);
  }
}
