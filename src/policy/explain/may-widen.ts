// Whether a pattern for a command with any further words behind it is one that an operator could have written: not one that
// stands for anything at all.

import type { RunEffect } from '../../kernel/types.ts';
import { lintPolicy } from '../lint/lint.ts';
import { narrowPattern } from './narrow-pattern.ts';

/** True if `<words> *` may be offered. `now` is in milliseconds since the epoch. */
export async function mayWiden(words: readonly string[], now: number): Promise<boolean> {
  const named = narrowPattern(runOf(words));
  if (!('pattern' in named)) return false;
  const rule = `  - id: offered\n    allow: { run: [${JSON.stringify(`${named.pattern} *`)}] }\n    because: offered\n`;
  const files = [{ path: 'offered.yaml', text: `policy: offered\nrules:\n${rule}` }];
  const findings = await lintPolicy(files, { now, labels: [], roles: undefined });
  return findings.every(({ check, level }) => level !== 'error' && check !== 'runs-anything' && check !== 'over-broad');
}

const runOf = (argv: readonly string[]): RunEffect => ({
  kind: 'run',
  argv,
  assignments: [],
  spellings: [],
  outside: [],
  standing: 'own',
});
