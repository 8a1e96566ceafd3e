// `dd`: its operands are settings, of which `if=` and `of=` are paths.

import type { Analysis } from '../analysis.ts';
import { examinePath } from '../examine.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';

/** Reads the words of `dd`. */
export async function readDd({ fields, state }: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  for (const [index, field] of fields.entries()) {
    if (field.kind === 'unknown') {
      analysis.addOpaque(field.text, field.why);
      continue;
    }
    const [, name, path = ''] = /^(if|of)=(.*)$/s.exec(field.text) ?? [];
    if (name === undefined) continue;
    if (await examinePath(path, name === 'if' ? 'read' : 'write', state, analysis)) findings.outside.add(index);
  }
}
