// Shells: `-c` with known text is read like the whole command; a script file runs as it is; anything else runs unseen text.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { examinePath, examineWord } from '../examine.ts';
import { exactText, known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { scriptFrom } from '../judge-described.ts';
import { judgeShellText } from '../shell-text.ts';

const bashLike = new Set(['bash', 'rbash']);
const posixLike = new Set(['sh', 'dash', 'ash']);
const plainFlags = /^(?:--noprofile|--norc|--posix|--|-[eux]+|--version|--help)$/;

/** Reads the words of a shell. */
export async function readShell(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const name = textOf(fields[0]);
  const shown = fields.map(spell).join(' ');
  for (let index = 1; index < fields.length; index++) {
    const field = fields[index];
    const text = textOf(field);
    const isKnownShell = bashLike.has(name) || posixLike.has(name);
    if (/^-[eux]*l?[eux]*c$/.test(text) && isKnownShell) {
      const script = fields[index + 1];
      if (script?.kind !== 'known') {
        analysis.addOpaque(shown, `what \`${name} -c\` runs is not known before it runs`);
        return;
      }
      const dialect = bashLike.has(name) ? 'bash' : 'posix';
      const words = fields
        .slice(index + 3)
        .map(exactText)
        .filter((word) => word !== undefined);
      const parameters = words.length === Math.max(0, fields.length - index - 3) ? words : undefined;
      const printed = await judgeShellText(script.text, dialect, invocation, analysis, parameters);
      findings.fields[index + 1] = known(printed);
      // A login shell reads start-up files of the image first; those belong to the sandbox.
      for (const argument of fields.slice(index + 2)) {
        if (argument.kind === 'unknown') analysis.addOpaque(argument.text, argument.why);
      }
      findings.isImplied = true;
      return;
    }
    if (/^(?:-o|\+o)$/.test(text) && /^(?:pipefail|errexit|nounset|xtrace)$/.test(textOf(fields[index + 1]))) {
      index += 1;
      continue;
    }
    if (plainFlags.test(text)) {
      if (text === '--version' || text === '--help') return;
      continue;
    }
    if (field?.kind !== 'known' || text.startsWith('-') || text.startsWith('+')) {
      analysis.addOpaque(shown, `\`${text === '' ? name : text}\` makes \`${name}\` run text that is not read here`);
      return;
    }
    if (/^\/dev\/|^\/proc\//.test(text)) analysis.addOpaque(shown, `\`${name}\` runs what it reads from its input`);
    if (await examinePath(text, 'read', state, analysis)) findings.outside.add(index);
    findings.fields[index] = known(scriptFrom(text, state, analysis));
    await examineArguments(index + 1, invocation, findings, analysis);
    return;
  }
  analysis.addOpaque(shown, `\`${name}\` runs what it reads from its input`);
}

async function examineArguments(
  start: number,
  { fields, state }: Invocation,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  for (let index = start; index < fields.length; index++) {
    const field = fields[index];
    if (field?.kind === 'unknown') analysis.addOpaque(field.text, field.why);
    else if (await examineWord(textOf(field), state, analysis)) findings.outside.add(index);
  }
}
