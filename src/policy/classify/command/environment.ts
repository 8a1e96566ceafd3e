// Which assignments matter to what is judged. An assignment before a command reaches that command; one on its own reaches
// later commands only if the variable is in the environment already, which is so for names that shells and programs know.

import { exactText, type Field, spell, unknownWord } from './field.ts';
import { keepsShape, type Shape } from './shape.ts';
import type { ShellState } from './shell-state.ts';
import { isPlainPrompt, refuseCode } from './shell-variables.ts';

export { spell } from './field.ts';

const plainValue = /^[A-Za-z0-9_.@:,+-]*$/;
// Names whose plain values change how output looks, or pick one of the ways that a program itself offers.
const harmlessNames = new Set(
  'LC_ALL LC_CTYPE LC_COLLATE LC_MESSAGES LC_NUMERIC LC_TIME LANG LANGUAGE NO_COLOR CI FORCE_COLOR COLUMNS LINES TERM CLICOLOR CLICOLOR_FORCE DEBIAN_FRONTEND PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 NODE_ENV RUST_BACKTRACE RUST_LOG CGO_ENABLED GOOS GOARCH GOMAXPROCS GO111MODULE GIT_TERMINAL_PROMPT GIT_OPTIONAL_LOCKS CARGO_TERM_COLOR CARGO_INCREMENTAL DOCKER_BUILDKIT TF_IN_AUTOMATION TF_LOG VERBOSE DEBUG LOG_LEVEL SYSTEMD_COLORS SOURCE_DATE_EPOCH'.split(
    ' ',
  ),
);

const noPagerNames = /^(?:PAGER|MANPAGER|GIT_PAGER|GH_PAGER|AWS_PAGER|SYSTEMD_PAGER)$/;

/** True if the assignment changes only how output looks. */
export function isHarmlessAssignment(name: string, value: string): boolean {
  if (name === 'TZ') return /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(value);
  if (name === 'PS4') return isPlainPrompt(value);
  if (noPagerNames.test(name)) return value === 'cat' || value === '';
  return harmlessNames.has(name) && plainValue.test(value);
}

const knownToPrograms =
  /^(?:PATH|HOME|SHELL|ENV|IFS|CDPATH|PROMPT_COMMAND|PWD|OLDPWD|TMPDIR|TERM|TERMINFO|TERMCAP|EDITOR|VISUAL|USER|LOGNAME|HOSTNAME|MAIL|DISPLAY|SHELLOPTS|BASHOPTS|GLOBIGNORE|POSIXLY_CORRECT|LOCPATH|NLSPATH|CC|CXX|CPP|LD|AR|MAKE|MAKEFLAGS|CFLAGS|LDFLAGS|GOFLAGS|TAR_OPTIONS|GREP_OPTIONS|RIPGREP_CONFIG_PATH|JQ_.*|BASH.*|LD_.*|DYLD_.*|GIT_.*|SSH_.*|GPG_.*|PYTHON.*|NODE.*|NPM_.*|npm_.*|YARN_.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|PHP.*|LUA.*|_?JAVA.*|JDK_.*|MAVEN_.*|GRADLE_.*|GO[A-Z].*|CARGO.*|RUST.*|DOCKER_.*|KUBE.*|AWS_.*|GOOGLE_.*|AZURE_.*|LESS.*|.*PAGER|.*EDITOR|.*BROWSER|.*_?proxy|.*_?PROXY|GCONV_PATH|MALLOC_.*|RESOLV_HOST_CONF|RES_OPTIONS|HOSTALIASES|LANG|LANGUAGE|LC_.*|TZ.*|XDG_.*|.*_COMMAND|.*_OPTIONS|.*OPTS|.*_ASKPASS)$/;

/** True if assigning this name on its own may reach later commands. */
export const isInEnvironment = (name: string): boolean => knownToPrograms.test(name);

/**
 * The state after `NAME=value` on its own; `isExported` also for `export`.
 * @throws {UnclearCommand} if the shell would run the value.
 */
export function assign(state: ShellState, name: string, value: Field, isExported: boolean): ShellState {
  refuseCode(name, value);
  return keep(state, name, value, isExported);
}

/** The state in which nothing is known of a variable that got no new value; `isExported` if programs get it now. */
export const forget = (state: ShellState, name: string, isExported: boolean): ShellState =>
  keep(state, name, unknownWord(`"\${${name}}"`, `the value of \`${name}\` is not known before it runs`), isExported);

function keep(state: ShellState, name: string, value: Field, isExported: boolean): ShellState {
  const variables = new Map(state.variables);
  const text = exactText(value);
  if (text !== undefined && keepsShape(name)) variables.set(name, text);
  else variables.delete(name);
  const shapes = new Map(state.shapes);
  const shape = shapeOf(value);
  if (shape !== undefined && keepsShape(name)) shapes.set(name, shape);
  else shapes.delete(name);
  const after = { ...state, variables, shapes, arrays: withoutName(state.arrays, name) };
  const isCarried = isExported || isInEnvironment(name) || state.carried.has(name);
  if (!isCarried || (value.kind === 'known' && isHarmlessAssignment(name, value.text))) return after;
  return { ...after, carried: new Map([...state.carried, [name, `${name}=${spell(value)}`]]) };
}

/** What is known of a value whose exact text is not known. */
function shapeOf(value: Field): Shape | undefined {
  if (value.kind === 'known') return value.printed === undefined ? undefined : { kind: 'sample', text: value.text };
  return value.nature === 'names' && value.isOne ? { kind: 'names' } : undefined;
}

function withoutName<T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> {
  if (!map.has(name)) return map;
  const without = new Map(map);
  without.delete(name);
  return without;
}
