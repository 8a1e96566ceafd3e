// Changes to the text of a policy file: a rule more, an exception more. The layout stays where the file is written in blocks;
// otherwise the file is written anew from its data, with its comments.

import { Document, isMap, isPair, isScalar, isSeq, parseDocument, visit, type YAMLMap } from 'yaml';
import type { RuleSource } from '../policy-schema.ts';

/** The rule as it stands in a policy file, below `rules:`. */
export function spellRule(source: RuleSource): string {
  const document = new Document([source]);
  // A line for each key of the rule.
  visit(document, {
    Collection(_key, node, path) {
      if (path.filter(isPair).length > 0) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 }).trimEnd().replace(/^/gm, '  ');
}

/** The text with the rule as its last one. */
export function withLastRule(text: string, source: RuleSource): string {
  const appended = `${text.trimEnd()}\n\n${spellRule(source)}\n`;
  const document = parseDocument(text);
  const last = isMap(document.contents) ? document.contents.items.at(-1) : undefined;
  const isLast = isSeq(last?.value) && last.value.flow !== true && last.value.items.length > 0;
  if (isLast && /^ {2}- /m.test(text) && parseDocument(appended).errors.length === 0) return appended;
  document.addIn(['rules'], document.createNode(source));
  return document.toString({ lineWidth: 0 });
}

/** The text with further commands that the rule is not about; with a last day, if these are its first exceptions. */
export function withException(text: string, rule: string, run: readonly string[], expires: string): string {
  const document = parseDocument(text);
  const rules = document.get('rules');
  const items: readonly unknown[] = isSeq(rules) ? rules.items : [];
  const index = items.findIndex((item) => isMap(item) && item.get('id') === rule);
  const found = items[index];
  if (!isMap(found)) return text;
  const amended =
    found.flow === true || found.has('except') ? undefined : withLineAfterId(text, found, exceptionText(run, expires));
  if (amended !== undefined) return amended;
  const known = found.getIn(['except', 'run']);
  const before: readonly unknown[] = isSeq(known) ? known.toJSON() : [];
  // Exceptions that are there keep their time.
  if (!found.has('except')) document.setIn(['rules', index, 'except', 'expires'], expires);
  document.setIn(['rules', index, 'except', 'run'], document.createNode([...before, ...run]));
  return document.toString({ lineWidth: 0 });
}

/** The text with a line for the exception behind that of the rule's name; undefined if it is not written like that. */
function withLineAfterId(text: string, rule: YAMLMap, line: string): string | undefined {
  const key = rule.items.map((pair) => pair.key).find((one) => isScalar(one) && one.value === 'id');
  const start = isScalar(key) ? key.range?.[0] : undefined;
  if (start === undefined) return undefined;
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start) + 1));
  const end = text.indexOf('\n', start) + 1;
  if (end === 0) return undefined;
  const amended = `${text.slice(0, end)}${indent}${line}\n${text.slice(end)}`;
  return parseDocument(amended).errors.length === 0 ? amended : undefined;
}

/** The key of a rule that makes an exception of these commands until a day is over. */
export const exceptionText = (run: readonly string[], expires: string): string =>
  `except: { run: [${run.map((pattern) => JSON.stringify(pattern)).join(', ')}], expires: ${expires} }`;
