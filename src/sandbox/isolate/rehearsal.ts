// What every isolate runs before it is lent: the program that most calls run, over a few lines that touch what most code
// touches, with nobody listening. An engine is slow the first time; this moves that time out of the call. It has no effect
// and leaves nothing behind.

import { codeProgram } from '../tools/run-code.ts';

const code = `
  await host.stat('.');
  const words = Object.entries({ a: 'b\\nc', d: 1 }).map(([name, value]) => \`\${name}: \${String(value).split('\\n').join(' ')}\`);
  return { input, words, ...{ first: words[0] } };`;

/** The program and its arguments. It makes one host call. */
export const rehearsal = { program: codeProgram, argsJson: JSON.stringify({ code, input: null }) };
