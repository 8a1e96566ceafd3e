// What scripts can rely on.

/** Exit codes of every command; `aborted` is what a shell expects after Ctrl-C. */
export const exitCode = Object.freeze({ done: 0, failed: 1, refused: 2, untrusted: 3, usage: 64, aborted: 130 });

/** The command line is wrong; the message says what to write instead. */
export class UsageError extends Error {}

/** The exit code for the outcome of a call. */
export function exitCodeOf(outcome: 'ok' | 'failed' | 'unknown' | 'refused'): number {
  if (outcome === 'ok') return exitCode.done;
  return outcome === 'refused' ? exitCode.refused : exitCode.failed;
}
