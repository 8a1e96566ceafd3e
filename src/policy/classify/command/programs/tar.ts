// `tar`: its first word may be a bundle of options without a dash (`tar xzf`), where values follow in order.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';
import { judgeDescribed } from '../judge-described.ts';
import { findProgram } from '../programs.ts';

const harmlessLetters = /^[cxtruAdvzjJZapmkOPhSwWfCTXbgN]+$/;

/** Reads the words of `tar`. */
export async function readTar(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields } = invocation;
  const program = findProgram('tar');
  if (program !== undefined) await judgeDescribed(invocation, program, findings, analysis);
  const bundle = textOf(fields[1]);
  if (fields.length > 1 && !bundle.startsWith('-') && !harmlessLetters.test(bundle)) {
    analysis.addOpaque(
      fields.map(spell).join(' '),
      `the options \`${bundle}\` of \`tar\` are not known, or run a program`,
    );
  }
}
