// Understands a command: shell text, or the words of one program. The answer says everything that would run, be read or be
// written, and carries the one form that may be run. It is judged on exactly that form: what runs is printed from what was
// understood, every known word in quotes, so a shell that would read the model's text differently has nothing to read.
//
// Of a program that is not described nothing more than its words is known: there the pattern that the operator wrote
// decides, and the sandbox limits what the program can do.

import type { ParsedScript } from 'unbash';
import type { Effect } from '../../../kernel/types.ts';
import { Analysis } from './analysis.ts';
import { known, textOf } from './field.ts';
import { judge } from './judge.ts';
import { parseShell } from './parse-shell.ts';
import type { CommandPlace } from './place.ts';
import { readsAlike } from './reads-alike.ts';
import { evaluateScript } from './script.ts';
import { freshState } from './shell-state.ts';
import { findUnclearInText } from './unclear-characters.ts';
import { UnclearCommand } from './unclear-command.ts';

export type { CommandPlace, PlacePath } from './place.ts';

/** What a command means: its canonical arguments (what runs) and its effects, or why it is not clear. */
export type CommandReading =
  | {
      readonly kind: 'understood';
      readonly args: { readonly command: string } | { readonly argv: readonly string[] };
      readonly effects: readonly Effect[];
    }
  | { readonly kind: 'unclear'; readonly because: string };

const bytesMax = 65_536;
const wordsMax = 2_000;

/** Reads `{ command }` as bash reads it, or `{ argv }` as one program without a shell. Never throws for bad input. */
export async function classifyCommand(
  args: { readonly command: string } | { readonly argv: readonly string[] },
  place: CommandPlace,
): Promise<CommandReading> {
  try {
    return 'argv' in args ? await readArgv(args.argv, place) : await readText(args.command, place);
  } catch (error) {
    if (!(error instanceof UnclearCommand)) throw error;
    return { kind: 'unclear', because: `could not understand the command: ${error.message}` };
  }
}

async function readText(command: string, place: CommandPlace): Promise<CommandReading> {
  const { printed, second } = await readTwice(command, place, false);
  return { kind: 'understood', args: { command: printed }, effects: ownUp(second.effects) };
}

/**
 * Reads the text, then what was printed, unless that is sure to read alike: the effects are those of the form that runs.
 * The first reading knows where in the text each was found, if it `isTraced`.
 * @throws {UnclearCommand} if the command cannot be understood.
 */
export async function readTwice(
  command: string,
  place: CommandPlace,
  isTraced: boolean,
): Promise<{ printed: string; first: Analysis; second: Analysis }> {
  const first = new Analysis(place, undefined, isTraced);
  const original = parsed(command);
  const printed = await print(original, first);
  const plain = parsed(printed);
  if (readsAlike(original, plain)) return { printed, first, second: first };
  const second = new Analysis(place, first);
  if ((await print(plain, second)) !== printed) {
    throw new UnclearCommand('it does not mean the same once it is written plainly; write it more simply');
  }
  return { printed, first, second };
}

function parsed(command: string): ParsedScript {
  refuseText(command);
  if (command.trim() === '') throw new UnclearCommand('it is empty; write what to run');
  return parseShell(command);
}

async function print(script: ParsedScript, analysis: Analysis): Promise<string> {
  const { text } = await evaluateScript(script, freshState(), analysis);
  refuseText(text);
  return text;
}

async function readArgv(argv: readonly string[], place: CommandPlace): Promise<CommandReading> {
  if (argv.length === 0) throw new UnclearCommand('`argv` is empty; write the program and its words');
  if (argv.length > wordsMax) throw new UnclearCommand(`it has more than ${wordsMax} words; split it`);
  refuseText(argv.join(' '));
  const analysis = new Analysis(place);
  const { fields } = await judge(
    { fields: argv.map(known), assignments: [], state: freshState(), standing: 'own', inShell: false },
    analysis,
  );
  const words = fields.map(textOf);
  refuseText(words.join(' '));
  return { kind: 'understood', args: { argv: words }, effects: ownUp(analysis.effects) };
}

function refuseText(text: string): void {
  if (text.length > bytesMax) throw new UnclearCommand(`it is longer than ${bytesMax} characters; split it`);
  const unclear = findUnclearInText(text);
  if (unclear !== undefined) throw new UnclearCommand(`it holds ${unclear}; remove it`);
  if (text.includes('\uFFFD')) throw new UnclearCommand('it holds bytes that are not text');
}

/** Where nothing else happens, what came along stands for itself. */
function ownUp(effects: readonly Effect[]): readonly Effect[] {
  if (effects.some(({ standing }) => standing === 'own')) return effects;
  return effects.map((effect) => (effect.kind === 'run' ? { ...effect, standing: 'own' } : effect));
}
