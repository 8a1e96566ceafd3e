// Commands inside commands of `git`: `bisect run`, `submodule foreach`.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { type Field, known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import { type Findings, judge } from '../judge.ts';
import { judgeShellText } from '../shell-text.ts';

/** Commands inside commands: `bisect run`, `submodule foreach`, `rebase --exec`. */
export async function readGitNested(
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
