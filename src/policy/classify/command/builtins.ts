// Commands that the shell itself carries out, where they change what is known about the shell. Those that evaluate their
// words as code, or change how text is read, are opaque. Builtins that are also programs (`echo`, `test`) are described
// with the programs.

import type { Analysis } from './analysis.ts';
import { changeDirectory } from './change-directory.ts';
import { assign, forget, spell } from './environment.ts';
import { exactText, type Field, known, textOf, unknownWord } from './field.ts';
import { inSandbox } from './host-spelling.ts';
import type { Invocation } from './invocation.ts';
import { either, type Flow, freshState, type ShellState, withoutVariables } from './shell-state.ts';

/** A builtin that was recognised: its words as they run, and the shell afterwards. */
export interface Builtin {
  readonly fields: readonly Field[];
  readonly flow: Flow;
}

const nothing = new Set([':', 'true', 'false', 'wait', 'times', 'pwd', 'type', 'hash', 'umask', 'ulimit', 'jobs']);
const jumps = new Set(['break', 'continue', 'return', 'exit']);
const evaluating = new Set(
  'eval source . alias unalias enable history fc let mapfile readarray getopts compgen complete compopt bind shopt logout suspend disown pushd popd dirs caller'.split(
    ' ',
  ),
);
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const stateful = new Set(
  'cd exec command builtin set export declare typeset readonly local unset read shift trap'.split(' '),
);

/** True if the shell itself carries out a command of this name in a way that matters here. */
export const isBuiltinName = (name: string): boolean =>
  nothing.has(name) || jumps.has(name) || evaluating.has(name) || stateful.has(name);

/** Judges a builtin, or answers nothing if it is not one of these. */
export async function evaluateBuiltin(
  invocation: Invocation,
  hasRedirections: boolean,
  analysis: Analysis,
): Promise<Builtin | undefined> {
  const { fields, state, assignments } = invocation;
  const name = textOf(fields[0]);
  const words = fields.map(spell);
  const done = (after: ShellState = state): Builtin => ({ fields, flow: either(after) });
  const imply = (): void => {
    analysis.add({ kind: 'run', argv: words, assignments, spellings: [], outside: [], standing: 'implied' });
  };
  const opaque = (why: string): Builtin => {
    imply();
    analysis.addOpaque(words.join(' '), why);
    return done(withoutVariables(state));
  };
  const unknown = fields.find((field) => field.kind === 'unknown');

  if (evaluating.has(name))
    return opaque(`\`${name}\` evaluates its words as code, or changes how the shell reads text`);
  if (nothing.has(name) || jumps.has(name)) {
    if (name !== 'exit' && jumps.has(name)) analysis.jumped.push(state);
    if (unknown !== undefined && !/^(?::|true|false)$/.test(name)) return opaque(unknown.why);
    if (name === 'hash' && words.slice(1).some((word) => word !== '-r' && !plainName.test(word))) {
      return opaque('`hash` can make a name mean another program');
    }
    if (name === 'wait' && words.slice(1).some((word) => word.startsWith('-') && !/^-[nf]+$/.test(word)))
      return opaque('`wait -p` evaluates the name it is given as code');
    imply();
    return done();
  }
  switch (name) {
    case 'cd': {
      const moved = fields.map((field) => inSandbox(field, analysis));
      imply();
      return changeDirectory(moved, state, assignments, analysis);
    }
    case 'exec':
      return hasRedirections || fields.length === 1 ? opaque('`exec` changes the descriptors of the shell') : undefined;
    case 'builtin':
    case 'command': {
      // These reach the builtin behind the name, which would not be followed here.
      const inner = words.slice(1).find((word) => !word.startsWith('-')) ?? '';
      if (isBuiltinName(inner) && !/^-[vV]+$/.test(words[1] ?? ''))
        return opaque(`\`${name}\` hides the builtin \`${inner}\``);
      if (!/^-[vV]+$/.test(textOf(fields[1])) || unknown !== undefined) return undefined;
      imply();
      return done();
    }
    case 'set':
      if (unknown !== undefined || !isHarmlessSet(words.slice(1)))
        return opaque('`set` changes how the shell reads text');
      imply();
      return done();
    case 'export':
    case 'declare':
    case 'typeset':
    case 'readonly':
    case 'local':
      return declareNames(invocation, name === 'export', imply, opaque, analysis);
    case 'unset': {
      const names = words.slice(1);
      if (unknown !== undefined || !names.every((word) => plainName.test(word)))
        return opaque('`unset` of a computed name');
      imply();
      return done(names.reduce((before, word) => forget(before, word, false), state));
    }
    case 'shift': {
      analysis.readsParameters = true;
      const count = Number(words[1] ?? '1');
      if (unknown !== undefined || !Number.isInteger(count)) return opaque('how far it shifts is not known');
      imply();
      return done({ ...state, parameters: state.parameters?.slice(count) });
    }
    case 'trap':
      if (!fields.every((field) => exactText(field) !== undefined) || !/^-?$/.test(words[1] ?? 'l'))
        return opaque('`trap` runs its words as code later');
      imply();
      return done();
    case 'read':
      return readNames(invocation, imply, opaque);
    default:
      return undefined;
  }
}

/** The values that a fresh shell inside this one knows: only what is in its environment. */
export const innerShell = (state: ShellState, dialect: 'bash' | 'posix'): ShellState => ({
  ...freshState(state.directories),
  variables: new Map([...state.variables].filter(([name]) => name === 'HOME' || name === 'PWD')),
  carried: state.carried,
  parameters: undefined,
  dialect,
  readsNames: state.readsNames,
});

const forgotten = (name: string): Field =>
  unknownWord(`"\${${name}}"`, `the value of \`${name}\` is not known before it runs`);

const nameOfFile = (name: string): Field => ({ ...unknownWord(`"\${${name}}"`, ''), nature: 'names' });

const shellOption = /^(?:pipefail|errexit|errtrace|nounset|xtrace)$/;

function isHarmlessSet(words: readonly string[]): boolean {
  if (words.length === 0) return false;
  return words.every(
    (word, index) =>
      /^[-+][eEux]+$/.test(word) ||
      (/^[-+][eEux]*o$/.test(word) && shellOption.test(words[index + 1] ?? '')) ||
      (shellOption.test(word) && /^[-+][eEux]*o$/.test(words[index - 1] ?? '')),
  );
}

function declareNames(
  { fields, state }: Invocation,
  isExport: boolean,
  imply: () => void,
  opaque: (why: string) => Builtin,
  analysis: Analysis,
): Builtin {
  let after = state;
  for (const field of fields.slice(1)) {
    analysis.countAssignment();
    const text = field.kind === 'known' ? field.text : field.lead;
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (field.kind === 'unknown' && (!field.isOne || equals < 0)) return opaque(field.why);
    if (!plainName.test(name)) return opaque('it declares a computed name, or has options that evaluate values');
    if (state.arrays.has(name)) return opaque('it declares an array');
    const value = equals < 0 ? state.variables.get(name) : text.slice(equals + 1);
    if (field.kind === 'unknown') after = assign(after, name, forgotten(name), isExport);
    else if (field.printed !== undefined) after = assign(after, name, { ...field, text: value ?? '' }, isExport);
    else if (value !== undefined) after = assign(after, name, known(value), isExport);
    else if (isExport && !state.carried.has(name)) after = forget(after, name, true);
  }
  imply();
  return { fields, flow: either(after) };
}

function readNames({ fields, state }: Invocation, imply: () => void, opaque: (why: string) => Builtin): Builtin {
  let after = state;
  let named = 0;
  const names = fields.slice(1).filter((field) => /^[a-z]/.test(textOf(field)));
  for (const [at, field] of fields.entries()) {
    if (at === 0) continue;
    const text = textOf(field);
    const option = textOf(fields[at - 1]);
    if (exactText(field) === undefined) return opaque('`read` fills variables whose names are not known');
    if (named === 0 && at > 1 && (/^-r?d$/.test(option) || (/^-r?[tn]$/.test(option) && /^[0-9.]+$/.test(text))))
      continue;
    if (/^-[rs]*[dtn]?$/.test(text) && text !== '-' && named === 0) continue;
    if (!/^[a-z][a-z0-9_]*$/.test(text)) return opaque('`read` fills variables that are not plain lower-case names');
    const isName = state.readsNames && names.length === 1;
    after = assign(after, text, isName ? nameOfFile(text) : forgotten(text), false);
    named += 1;
  }
  if (named === 0) return opaque('`read` needs the names of variables');
  imply();
  return { fields, flow: either(after) };
}
