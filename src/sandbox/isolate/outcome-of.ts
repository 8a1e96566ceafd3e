// What the end of a program comes to. INVARIANT: an effect of which nobody knows the end makes the outcome `unknown`, however
// the program ended.

import type { Outcome } from '../../kernel/types.ts';
import type { CallFacts } from './call-facts.ts';
import type { IsolateEnd } from './run-program.ts';

/** The outcome of a program that is over, with as much of its text as is allowed. */
export function outcomeOf(end: IsolateEnd, facts: CallFacts, outputBytesAllowed: number): Outcome {
  const [unconfirmed] = facts.unconfirmed();
  const ended = end.kind === 'returned' ? 'the program ended' : end.because;
  if (unconfirmed !== undefined) {
    return {
      kind: 'unknown',
      because: `${ended}; nobody knows whether \`${unconfirmed}\` took effect`,
      facts: facts.asJson(),
    };
  }
  if (end.kind !== 'returned') {
    return { kind: 'failed', because: end.because, output: '', truncated: false, facts: facts.asJson() };
  }
  const bytes = Buffer.from(end.text, 'utf8');
  const isCut = bytes.length > outputBytesAllowed;
  const output = isCut ? new TextDecoder().decode(bytes.subarray(0, outputBytesAllowed), { stream: true }) : end.text;
  return { kind: 'ok', output, truncated: isCut || end.isCut, facts: facts.asJson() };
}

/** A program that never began. */
export const failed = (because: string): Outcome => ({
  kind: 'failed',
  because,
  output: '',
  truncated: false,
  facts: {},
});
