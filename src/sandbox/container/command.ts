// What runs inside, from the arguments of the action: a command through a shell that reads no start-up file, or an argv
// without any shell. Anything else is refused here, before there is a container.

import type { JsonObject } from '../../kernel/types.ts';

/** Words to execute, and what they read on standard input; without stdin they read nothing. */
export interface ContainerCommand {
  readonly argv: readonly string[];
  readonly stdin: string | undefined;
}

/** Linux takes no single word of more than 128 KiB, and no more than about 2 MiB of words in all. */
const wordBytesMax = 131_071;
const wordsBytesMax = 1_048_576;

/**
 * Reads `args.command` or `args.argv`, and `args.stdin`.
 * @throws {TypeError} if they are not of that form, or could not be handed to Linux as they are.
 */
export function commandOf(args: JsonObject): ContainerCommand {
  const { command, argv, stdin } = args;
  if (stdin !== undefined && typeof stdin !== 'string') throw new TypeError('`stdin` has to be text');
  if ((command === undefined) === (argv === undefined)) {
    throw new TypeError('the call needs either `command` or `argv`, and not both');
  }
  const words = argv === undefined ? ['/bin/bash', '--noprofile', '--norc', '-c', command] : argv;
  if (!isWords(words) || words[0] === undefined || words[0] === '') {
    throw new TypeError('`command` has to be text, and `argv` a list of texts that starts with a program');
  }
  checkSizes(words);
  return { argv: words, stdin };
}

const isWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((word) => typeof word === 'string');

function checkSizes(words: readonly string[]): void {
  const sizes = words.map((word) => Buffer.byteLength(word));
  if (words.some((word) => word.includes('\0'))) throw new TypeError('a word of the command holds a NUL character');
  if (sizes.some((size) => size > wordBytesMax)) {
    throw new TypeError(`a word of the command is longer than ${wordBytesMax} bytes; give long text as \`stdin\``);
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > wordsBytesMax) {
    throw new TypeError(`the command is longer than ${wordsBytesMax} bytes; give long text as \`stdin\``);
  }
}
