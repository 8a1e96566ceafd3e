// `jq` and `yq`: filters over their input. Some options take a name and a file, and some words of the language reach for
// the environment or for other files; only a word outside of strings that is no field (`.env`) is one of those.

import type { Analysis } from '../analysis.ts';
import { examinePath } from '../examine.ts';
import { type Field, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { readOptions } from '../options.ts';
import { findProgram } from '../programs.ts';

const reaching =
  /(?<![.$\w])(?:env|\$ENV|\$__prog_args|import|include|input_filename|load\w*|strenv|envsubst|get_search_list|modulemeta)\b|\$ENV\b/;
const namedFiles = new Set(['--slurpfile', '--rawfile', '--argfile']);
const namedTexts = new Set(['--arg', '--argjson']);

/** Reads the words of `jq`, `gojq` or `yq`. */
export async function readJq(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const program = findProgram(textOf(fields[0]).replace(/^.*\//, ''));
  if (program === undefined) return;
  const rest: Field[] = [];
  const texts = new Set<number>();
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index];
    const text = textOf(field);
    const isFile = namedFiles.has(text);
    if (!isFile && !namedTexts.has(text)) {
      if (field !== undefined) rest.push(field);
      continue;
    }
    const value = fields[index + 2];
    if (isFile && value?.kind === 'known' && (await examinePath(value.text, 'read', state, analysis)))
      findings.outside.add(index + 2);
    for (const word of [fields[index + 1], ...(isFile ? [value] : [])]) {
      if (word?.kind === 'unknown') analysis.addOpaque(word.text, word.why);
    }
    texts.add(index);
    index += 2;
  }
  const cut: Findings = { ...findings, fields: [...rest], outside: new Set(), examined: new Set() };
  await judgeDescribed({ ...invocation, fields: rest }, program, cut, analysis);
  for (const at of cut.outside) {
    const field = rest[at];
    findings.outside.add(field === undefined ? at : fields.indexOf(field));
  }
  const script = readOptions(rest, program).find(({ option, use }) => option === '' && use === 'text')?.value;
  if (script?.kind === 'known' && reaching.test(withoutStrings(script.text)))
    analysis.addOpaque(script.text, 'this filter reads the environment or other files');
}

/** The script without its strings; those that hold a `\(…)` stay, since it is code. */
const withoutStrings = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/g, (string) => (string.includes('\\(') ? string : '""'));
