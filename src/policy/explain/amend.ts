// Adds a rule to the text of a policy file, in order to try what would become of it.

import { isMap, isSeq, parseDocument } from 'yaml';
import type { RuleSource } from '../policy-schema.ts';
import { ruleText } from './suggested-rule.ts';

/** The text with the rule as its last one. */
export function withRule(text: string, source: RuleSource): string {
  const appended = `${text.trimEnd()}\n\n${ruleText(source)}\n`;
  if (endsInRules(text) && parseDocument(appended).errors.length === 0) return appended;
  const document = parseDocument(text);
  document.addIn(['rules'], document.createNode(source));
  return document.toString({ lineWidth: 0 });
}

/** True if `rules` comes last and is written as a block of two spaces: then a rule can follow as it is shown. */
function endsInRules(text: string): boolean {
  const { contents } = parseDocument(text);
  const last = isMap(contents) ? contents.items.at(-1) : undefined;
  return isSeq(last?.value) && last.value.flow !== true && last.value.items.length > 0 && /^ {2}- /m.test(text);
}
