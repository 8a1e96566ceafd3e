// `env NAME=value … command`: the command is judged with these assignments; `-S` would cut words again and is refused.

import type { Analysis } from '../analysis.ts';
import { describe } from '../describe.ts';
import { isHarmlessAssignment } from '../environment.ts';
import { examinePath } from '../examine.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import { type Findings, judgeInner } from '../judge.ts';

const program = describe({ operands: 'program' });
const flags = /^(?:-|-i|--ignore-environment|-0|--null|-v|--debug|--version|--help)$/;

/** Reads the words of `env`. */
export async function readEnv(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const assignments = [...invocation.assignments];
  let inner = state;
  for (let index = 1; index < fields.length; index++) {
    const field = fields[index];
    const text = textOf(field);
    if (field === undefined || field.kind === 'unknown') {
      analysis.addOpaque(field?.text ?? '', 'what `env` sets or runs is not known');
      return;
    }
    const name = /^([^=]*)=/.exec(text)?.[1];
    if (flags.test(text) || text === '--') continue;
    if (text === '-u' || text === '--unset' || text === '-C' || text === '--chdir') {
      index += 1;
      const value = textOf(fields[index]);
      if (text.startsWith('-u') || text.startsWith('--u')) assignments.push(`${value}=`);
      else {
        if (await examinePath(value, 'read', state, analysis)) findings.outside.add(index);
        const located = await analysis.locate(value === '' ? '.' : value, state.directories[0] ?? '/');
        inner = 'inSandbox' in located ? { ...inner, directories: [located.inSandbox] } : inner;
        if (state.directories.length > 1) analysis.addOpaque(text, 'which directory `env` changes to is not known');
      }
    } else if (text.startsWith('-')) {
      analysis.addOpaque(text, `the option \`${text}\` of \`env\` is not known, or runs what it is given`);
    } else if (name !== undefined) {
      if (!isHarmlessAssignment(name, text.slice(name.length + 1))) assignments.push(text);
    } else {
      await judgeInner({ ...invocation, assignments, state: inner }, index, program, findings, analysis);
      return;
    }
  }
}
