// What a program is known to do with its words, as data. A description never says what is allowed: it says which words are
// paths, which are only text, and where another program hides.

/**
 * What one word is: nothing special (`flag`), plain text, a `name` that is a file only as `file:…`, a path that is read or written (`output`
 * where it is not what the program is for, `both` where it is read too), `code` in a language that is not
 * read here, `shell` text, or the first word of another command. `beyond` reaches further than the words of the command
 * say: other rights, other servers, other settings. A `prefix` is the start of the names of files that it makes. A `config` is a file that says what code runs, known only by the name
 * that the program looks for itself; a `source` is a path that must not be an address.
 */
export type WordUse =
  | 'flag'
  | 'text'
  | 'name'
  | 'read'
  | 'write'
  | 'output'
  | 'both'
  | 'prefix'
  | 'any'
  | 'config'
  | 'source'
  | 'code'
  | 'beyond'
  | 'shell'
  | 'program';

/**
 * How a program counts that runs another one: not at all (`pure`), besides it (`both`), or instead of it (`spelling`),
 * where the other one only adds what it writes and runs.
 */
export type Wrapping = 'pure' | 'both' | 'spelling';

/** A described program. */
export interface Program {
  readonly options: ReadonlyMap<string, WordUse>;
  /** Those of its options that are the start of others: `-Wl,` of `-Wl,-s`. */
  readonly prefixes: readonly string[];
  /** Descriptions of its subcommands, which know the options of the program as well. */
  readonly commands: ReadonlyMap<string, Program>;
  /** True for a subcommand that is dangerous whatever follows it. */
  readonly isDangerous: boolean;
  /** True if a subcommand that is not described may be somebody's plug-in. */
  readonly hasPlugins: boolean;
  /** Which `--option=value` of a dangerous option does no harm; nothing if none. */
  readonly harmless: RegExp | undefined;
  /** What the operands are in order; the last repeats. */
  readonly operands: readonly WordUse[];
  /** True if an option that is not described could run a program. */
  readonly isStrict: boolean;
  /** True if options end at the first operand. */
  readonly stopsAtOperand: boolean;
  /** True if no operand whatsoever makes it do more than read. */
  readonly isHarmless: boolean;
  /** True if its output shows what is in the files. */
  readonly showsContent: boolean;
  /** True if the last of several operands is written, whatever the others are. */
  readonly lastIsWritten: boolean;
  /** Options that stand for the first operand: with `grep -e x`, every operand is a file. */
  readonly replacing: readonly string[];
  /** Options with which every operand is written. */
  readonly rewriting: readonly string[];
  /** Where it makes files if no word says so; empty if it makes none. */
  readonly makesIn: string;
  /** True if it changes the names themselves, and not what links of that name lead to. */
  readonly changesEntries: boolean;
  /** True if operands with `=` set what it runs. */
  readonly takesSettings: boolean;
  /** True if it reads the current directory when no path is named. */
  readonly readsHere: boolean;
  /** True if it runs what it reads from standard input when it has no operand. */
  readonly runsInput: boolean;
  /** True if it prints lines of its input as they are, where no file is named. */
  readonly isFilter: boolean;
  /** Options with which it prints the names of files and nothing else; `*` if it always does. */
  readonly naming: readonly string[];
  /** True if all words are text and unknown ones do no harm. */
  readonly takesAnything: boolean;
  /** True if its options are words with one dash (`-name`). */
  readonly hasLongDash: boolean;
  /** True if its inner command runs on another machine or in another container, where paths are other paths. */
  readonly isRemote: boolean;
  /** True if a shell there reads the words of its inner command once more, joined by spaces. */
  readonly joinsWords: boolean;
  readonly wrapping: Wrapping;
}

/** A description as it is written: options by use, separated by spaces. */
export interface Description {
  readonly flags?: string;
  readonly text?: string;
  readonly name?: string;
  readonly read?: string;
  readonly write?: string;
  /** Paths that are written along with what the program is for. */
  readonly makes?: string;
  readonly prefix?: string;
  readonly any?: string;
  readonly config?: string;
  readonly source?: string;
  readonly code?: string;
  readonly beyond?: string;
  readonly shell?: string;
  readonly program?: string;
  readonly harmless?: RegExp;
  readonly operands?: string;
  readonly is?: string;
  readonly naming?: string;
  readonly replacing?: string;
  readonly rewriting?: string;
  readonly makesIn?: string;
  readonly wrapping?: Wrapping;
  /** Subcommands by name; several names of one are separated by spaces. */
  readonly commands?: Readonly<Record<string, Description>>;
}

const uses = [
  'flags',
  'text',
  'read',
  'write',
  'makes',
  'prefix',
  'any',
  'config',
  'source',
  'code',
  'beyond',
  'shell',
  'program',
] as const;

/** Completes a description; `common` are the options that it shares. */
export function describe(description: Description, common: ReadonlyMap<string, WordUse> = new Map()): Program {
  const options = new Map<string, WordUse>(common);
  for (const use of uses) {
    for (const option of splitWords(description[use]))
      options.set(option, use === 'flags' ? 'flag' : use === 'makes' ? 'both' : use);
  }
  const is = new Set(splitWords(description.is));
  const commands = Object.entries(description.commands ?? {}).flatMap(([names, inner]) => {
    const harmless = inner.harmless ?? description.harmless;
    const manner = ['long-dash', 'strict'].filter((word) => is.has(word)).join(' ');
    const command = describe(
      { ...inner, is: `${inner.is ?? ''} ${manner}`, ...(harmless === undefined ? {} : { harmless }) },
      options,
    );
    return splitWords(names).map((name): [string, Program] => [name, command]);
  });
  return {
    options,
    prefixes: [...options.keys()].filter((option) => /\w[,:-]$/.test(option)),
    commands: new Map(commands),
    isDangerous: is.has('dangerous'),
    hasPlugins: is.has('plugins'),
    harmless: description.harmless,
    operands: splitWords(description.operands ?? 'any').map(asUse),
    isStrict: is.has('strict'),
    stopsAtOperand: is.has('stops'),
    isHarmless: is.has('harmless'),
    showsContent: is.has('content'),
    lastIsWritten: is.has('last-written'),
    takesSettings: is.has('settings'),
    readsHere: is.has('here'),
    runsInput: is.has('runs-input'),
    isFilter: is.has('filter'),
    naming: splitWords(description.naming),
    replacing: splitWords(description.replacing),
    rewriting: splitWords(description.rewriting),
    makesIn: description.makesIn ?? '',
    changesEntries: is.has('entries'),
    takesAnything: is.has('anything'),
    hasLongDash: is.has('long-dash'),
    isRemote: is.has('remote'),
    joinsWords: is.has('joins'),
    wrapping: description.wrapping ?? 'pure',
  };
}

const splitWords = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

function asUse(word: string): WordUse {
  switch (word) {
    case 'text':
    case 'name':
    case 'read':
    case 'write':
    case 'output':
    case 'both':
    case 'prefix':
    case 'any':
    case 'config':
    case 'source':
    case 'code':
    case 'beyond':
    case 'shell':
    case 'program':
      return word;
    default:
      throw new TypeError(`could not describe a program: \`${word}\` is not a use of a word`);
  }
}
