// What can be known about a text before it exists: that it is a number, or one word that is no option and no path. Such a
// text is judged by a sample of it, and printed as what the shell computes. A sample holds digits that nobody writes, so
// that it is found again wherever a text must be exact.

/** What is known of the value of a variable that has no known text. */
export type Shape =
  /** Its text is this sample, but for the digits that stand for what the shell computes. */
  | { readonly kind: 'sample'; readonly text: string }
  /** It is the name of a file in the workspace, as a command printed it that prints nothing else. */
  | { readonly kind: 'names' };

const mark = '4032507831';

/** Stands for a whole number in decimal, or nothing. */
export const numberSample = mark;

/**
 * Stands for nothing, or a word of letters, digits and `._:+-` that starts with a letter or digit and that no caller
 * can choose: a hash, a date, the name of a host.
 */
export const plainSample = `Z${mark}`;

/** True if the text stands for another one, or holds one that does. */
export const isSample = (text: string): boolean => text.includes(mark);

/** True if the text is a whole number, or stands for one. */
export const isNumber = (text: string): boolean => /^(?:0|-?[1-9][0-9]{0,14})$/.test(text);

/** The shape that covers both; undefined if there is none. */
export function joinShapes(left: Shape | undefined, right: Shape | undefined): Shape | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left.kind === 'names' || right.kind === 'names') return left.kind === right.kind ? left : undefined;
  if (left.text === right.text) return left;
  return isNumber(left.text) && isNumber(right.text) ? { kind: 'sample', text: numberSample } : undefined;
}

/** Variables that the shell itself fills with anything. */
const filledByShell =
  /^(?:_|BASH.*|REPLY|OPTARG|OPTIND|MAPFILE|PIPESTATUS|FUNCNAME|DIRSTACK|COPROC.*|COMP_.*|READLINE_.*|GROUPS|HISTCMD)$/;

/** True if a shape of this variable stays true until a command assigns it. */
export const keepsShape = (name: string): boolean => !filledByShell.test(name);

/** Variables that the shell fills with numbers. */
export const numbersOfShell: ReadonlyMap<string, Shape> = new Map(
  ['RANDOM', 'SECONDS', 'EUID', 'UID', 'PPID'].map((name) => [name, { kind: 'sample', text: numberSample }]),
);
