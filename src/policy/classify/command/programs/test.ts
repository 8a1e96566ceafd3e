// `test`, `[` and `printf`: harmless, but for the options that evaluate their words as code in some shells.

import type { Analysis } from '../analysis.ts';
import { spell } from '../environment.ts';
import { examinePath } from '../examine.ts';
import { textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import type { Findings } from '../judge.ts';

const fileTest = /^-[abcdefghkprsuwxLNOGS]$/;
const binary = /^(?:=|==|!=|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;
const numeric = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** Reads the words of `test` or `[`. */
export async function readTest(
  { fields, state, inShell }: Invocation,
  findings: Findings,
  analysis: Analysis,
): Promise<void> {
  // The shell itself asks, as it does for `[[`, and only the answer decides what runs next.
  findings.isImplied = inShell;
  const shown = fields.map(spell).join(' ');
  const inside = textOf(fields[fields.length - 1]) === ']' ? fields.slice(1, -1) : fields.slice(1);
  const words = inside.length > 2 && textOf(inside[0]) === '!' ? inside.slice(1) : inside;
  const texts = words.map(textOf);
  if (words.some((word, at) => /^-[vR]$/.test(texts[at] ?? '') && word.kind === 'known')) {
    analysis.addOpaque(shown, '`-v` evaluates the name it is given as code');
  }
  const unknown = words.flatMap((word, at) => (word.kind === 'unknown' ? [at] : []));
  for (const at of unknown) {
    const word = words[at];
    const isUnary = words.length === 2 && at === 1 && /^-[a-zA-Z]$/.test(texts[0] ?? '');
    const isBinary = words.length === 3 && at !== 1 && binary.test(texts[1] ?? '');
    const isSure = word?.kind === 'unknown' && word.isOne && (isUnary || isBinary);
    if (!isSure) analysis.addOpaque(shown, 'an unknown word could become an operator that evaluates another as code');
  }
  for (const [at, text] of texts.entries()) {
    const sides = [at - 1, at + 1].filter((side) => words[side]?.kind === 'known').map((side) => texts[side] ?? '');
    if (numeric.test(text) && at > 0 && !sides.every((side) => /^\s*[-+]?\d+\s*$/.test(side))) {
      analysis.addOpaque(shown, `\`${text}\` compares something that is not a number`);
    }
    const isFile = at > 0 && fileTest.test(texts[at - 1] ?? '') && words[at]?.kind === 'known' && text !== '';
    if (isFile && (await examinePath(text, 'read', state, analysis))) {
      findings.outside.add(at + 1 + inside.length - words.length);
    }
  }
}

/** Reads the words of `printf`: all text, but for `-v`. */
export async function readPrintf({ fields }: Invocation, _findings: Findings, analysis: Analysis): Promise<void> {
  const [, first] = fields;
  if (first === undefined) return;
  if (first.kind === 'unknown')
    analysis.addOpaque(first.text, `an unknown first word of \`printf\` may be \`-v\`: ${first.why}`);
  else if (first.text.startsWith('-') && first.text !== '--' && first.text !== '-') {
    analysis.addOpaque(first.text, '`printf -v` evaluates the name it is given as code');
  }
}
