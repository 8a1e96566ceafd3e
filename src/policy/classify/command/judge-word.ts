// One word of a described program, judged as what the description says it is.

import type { Analysis } from './analysis.ts';
import type { Program, WordUse } from './describe.ts';
import { spell } from './environment.ts';
import { examineEntry, examinePath, examineWord } from './examine.ts';
import { type Field, known, textOf } from './field.ts';
import type { Invocation } from './invocation.ts';
import { type Findings, judgeInner } from './judge.ts';
import { judgePath } from './judge-path.ts';
import type { ReadWord } from './options.ts';
import { normalisePath } from './path-words.ts';
import type { ShellState } from './shell-state.ts';
import { judgeShellText } from './shell-text.ts';

/** Takes note of what the program does with the word. */
export async function judgeWord(
  word: ReadWord,
  invocation: Invocation,
  program: Program,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  const { fields, state } = invocation;
  const { value, index, option } = word;
  const name = textOf(fields[0]);
  const isExact = value?.kind === 'known' && value.printed === undefined;
  const isHarmless = isExact && program.harmless?.test(`${option}=${value.text}`) === true;
  const use = isHarmless && word.use !== 'text' ? 'any' : word.use;
  // One word can be thousands of letters that are not known: it is looked at once.
  if (word.isUnknown && !findings.examined.has(index)) {
    const shown = spell(fields[index] ?? known(option));
    if (program.isStrict || value === undefined) findings.examined.add(index);
    if (program.isStrict) analysis.addOpaque(shown, `the option \`${option}\` of \`${name}\` is not known`);
    else if (value === undefined && (await examineWord(shown, state, analysis))) findings.outside.add(index);
  }
  if (use === 'code' || use === 'beyond') {
    const shown = value === undefined ? option : `${option} ${spell(value)}`.trim();
    const does = use === 'code' ? 'runs what it is given' : 'reaches further than this command says';
    analysis.addOpaque(shown, `\`${name}${option === '' ? '' : ` ${option}`}\` ${does}`);
    return;
  }
  if (use === 'shell') {
    if (value?.kind !== 'known' || value.printed !== undefined)
      analysis.addOpaque(option, `what \`${name} ${option}\` runs is not known`);
    else {
      const text = await judgeShellText(value.text, 'posix', invocation, analysis);
      findings.fields[index] = replaceValue(fields[index], value.text, text);
    }
    return;
  }
  if (use === 'program' && value !== undefined && value !== fields[index]) {
    analysis.addOpaque(spell(value), `write \`${option}\` and what \`${name}\` runs as two words`);
    return;
  }
  if (use === 'program') {
    await judgeInner(invocation, index, program, findings, analysis);
    return;
  }
  if (value?.kind !== 'known' || use === 'flag' || use === 'text' || (use === 'name' && !/^fileb?:/i.test(value.text)))
    return;
  // Who lets a program run means its operands, not that an option makes it write somewhere as well.
  if ((use === 'output' || (use === 'write' && option !== '')) && value.text !== '-')
    await judgePath(value, 'write', 'own', state, analysis);
  if (use === 'source' && isAddress(value.text))
    analysis.addOpaque(value.text, `\`${name}\` would fetch what it works on from there`);
  if (use === 'config' && !isUsualConfig(value.text, name))
    analysis.addOpaque(
      value.text,
      `\`${name} ${option}\` runs code that this file names; only its usual files are known`,
    );
  if (program.changesEntries && option === '' && use !== 'read') await examineEntry(value.text, state, analysis);
  if (isReadBack(value.text, use, program, state, analysis)) return;
  if (await leadsOutside(value.text, use, state, analysis)) findings.outside.add(index);
}

/** True if a program that only reads is to show what this call wrote a moment ago (`> /tmp/log; tail /tmp/log`). */
const isReadBack = (text: string, use: WordUse, program: Program, state: ShellState, analysis: Analysis): boolean =>
  use === 'read' &&
  program.isHarmless &&
  analysis.written.has(normalisePath(text.startsWith('/') ? text : `${state.directories[0]}/${text}`));

async function leadsOutside(
  text: string,
  use: Exclude<WordUse, 'flag' | 'text' | 'code' | 'beyond' | 'shell' | 'program'>,
  state: ShellState,
  analysis: Analysis,
): Promise<boolean> {
  if (use === 'any' || use === 'name' || use === 'source') return examineWord(text, state, analysis);
  if (text.startsWith('~')) return true;
  if (use === 'prefix') return examinePath(/^(.*)\/[^/]*$/s.exec(text)?.[1] ?? '.', 'write', state, analysis);
  const isRead = use !== 'write' && use !== 'output';
  const readsOutside = isRead && (await examinePath(text, 'read', state, analysis));
  const isWritten = use === 'write' || use === 'output' || use === 'both';
  return (isWritten && (await examinePath(text, 'write', state, analysis))) || readsOutside;
}

/** True for what programs take as an address: `https://…`, `git@host:…`, `oci:…`, `host.example/path`. */
const isAddress = (text: string): boolean => /^[\w+.@-]+:|^(?!\.)[\w-]+\.[\w.-]*\w\/./.test(text);

/** True for the names under which a program looks for its settings itself, at the root: `jest.config.ci.js`, `.eslintrc`. */
const isUsualConfig = (text: string, program: string): boolean => {
  const file = text.replace(/^\.\//, '');
  const name = file.replace(/^\./, '');
  if (file.includes('/') || file === '') return false;
  if (/^(?:package\.json|pyproject\.toml|setup\.cfg|tox\.ini|tsconfig[\w.-]*\.json)$/.test(name)) return true;
  return name.startsWith(program) && /^(?:rc)?(?:[.-][\w.-]*)?$/.test(name.slice(program.length));
};

/** Puts the printed form where the text of the model was, also in `--command=text`. */
const replaceValue = (field: Field | undefined, before: string, after: string): Field => {
  const text = textOf(field);
  return known(text.endsWith(before) ? text.slice(0, text.length - before.length) + after : after);
};
