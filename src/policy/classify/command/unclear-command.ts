// Ends the reading of a command that cannot be understood, from however deep inside.

/** Thrown inside this folder only; `classifyCommand` turns it into the answer `unclear`. */
export class UnclearCommand extends Error {
  override readonly name = 'UnclearCommand';
}
