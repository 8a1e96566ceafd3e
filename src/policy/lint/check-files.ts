// What an allow opens together with what usually lies in a workspace: secrets, files that somebody runs later, and scripts
// that another rule lets be run.

import { compilePathPattern } from '../../kernel/path-patterns.ts';
import { readPattern } from '../classify/command/read-pattern.ts';
import { isInterpreter } from '../over-broad.ts';
import type { Finding, Seat } from './finding.ts';
import { isAbout, pathEffect } from './probes.ts';

const secretFiles = ['.env', '.ssh/id_rsa', '.aws/credentials', '.netrc', '.git-credentials', 'certs/server.key'];
/** Run outside any sandbox, by whoever uses the repository next. */
const filesRunLater = [
  '.git/hooks/pre-commit',
  '.git/config',
  '.github/workflows/ci.yml',
  '.gitlab-ci.yml',
  '.envrc',
  '.vscode/tasks.json',
];
/** Where programs find the code that they run, if their words do not name it. */
const projectFiles: readonly (readonly [programs: string, file: string])[] = [
  ['make gmake', 'Makefile'],
  ['npm pnpm yarn npx', 'package.json'],
  ['pytest tox nox', 'conftest.py'],
  ['cargo', 'build.rs'],
  ['gradle', 'build.gradle'],
  ['mvn', 'pom.xml'],
  ['rake bundle', 'Rakefile'],
];

/** Looks at what the allow rules of all files open together. */
export function checkFiles(seats: readonly Seat[]): readonly Finding[] {
  const closing = seats.filter(isClosing);
  const opened = (seat: Seat, kind: 'read' | 'write', files: readonly string[]) =>
    files.filter((file) => {
      const effect = pathEffect(kind, file);
      return opensFile(seat, kind, file) && !closing.some(({ rule }) => isAbout(rule, effect));
    });
  const allows = seats.filter(({ rule }) => rule.verdict === 'allow');
  return allows.flatMap((seat) => [
    ...secretsOpen(seat, opened(seat, 'read', secretFiles)),
    ...runsLater(seat, opened(seat, 'write', filesRunLater)),
    ...writesWhatRuns(seat, allows, (writer, file) => opened(writer, 'write', [file]).length > 0),
  ]);
}

/** Deny and ask rules that always hold. */
const isClosing = ({ source, rule, file }: Seat): boolean =>
  rule.verdict !== 'allow' && source.when === undefined && file.content.applies === undefined;

/** True if the rule opens the file itself, or grants it to what it opens. */
function opensFile({ rule, source }: Seat, kind: 'read' | 'write', file: string): boolean {
  if (isAbout(rule, pathEffect(kind, file))) return true;
  if (kind === 'read') return false;
  return (source.grant?.write ?? []).some((entry) => compilePathPattern(entry, '/workspace')(`/workspace/${file}`));
}

function secretsOpen(seat: Seat, files: readonly string[]): readonly Finding[] {
  if (files.length === 0) return [];
  const what = `it reads ${list(files)}, where secrets are usually kept, and what is read goes to the model`;
  return [
    seat.find(
      'secrets-open',
      'warning',
      ['allow', 'read'],
      what,
      `add \`deny: { read: ["**/.env", "**/.ssh/**", …] }\``,
    ),
  ];
}

function runsLater(seat: Seat, files: readonly string[]): readonly Finding[] {
  if (files.length === 0) return [];
  const key = seat.source.allow?.write === undefined ? ['grant', 'write'] : ['allow', 'write'];
  const what = `it writes ${list(files)}, which other people and machines run later, outside any sandbox`;
  return [seat.find('runs-later', 'warning', key, what, `add \`deny: { write: ["**/${files[0]}", …] }\`, or ask`)];
}

function writesWhatRuns(
  seat: Seat,
  allows: readonly Seat[],
  isWritable: (writer: Seat, file: string) => boolean,
): readonly Finding[] {
  const found = (seat.source.allow?.run ?? []).flatMap((text, index) => {
    const file = fileRunBy(text);
    const writer = file === undefined ? undefined : allows.find((other) => isWritable(other, file));
    return file === undefined || writer === undefined ? [] : [{ text, index, file, writer: writer.source.id }];
  });
  return [...Map.groupBy(found, ({ writer }) => writer).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const more = same.length > 1 ? `, and so with ${same.length - 1} more of its patterns` : '';
    const what = `\`${first.text}\` runs \`${first.file}\`, which rule \`${first.writer}\` lets be written${more}: together they run any code, and what the sandbox is granted is the only limit`;
    const fix = 'ask for one of the two, unless that is what you mean';
    return [seat.find('writes-what-runs', 'note', ['allow', 'run', first.index], what, fix)];
  });
}

/** A file in which the code is that a command under the pattern runs. */
function fileRunBy(text: string): string | undefined {
  const read = readPattern(text);
  if ('error' in read) return undefined;
  const [program, ...rest] = read.words;
  if (program === undefined || program.hasStar) return undefined;
  if (program.text.startsWith('./')) return program.text.slice(2);
  const project = projectFiles.find(([programs]) => programs.split(' ').includes(program.text));
  if (project !== undefined) return project[1];
  if (!isInterpreter(program.text)) return undefined;
  // A module is looked for in many places.
  if (rest.some(({ text: word }) => word === '-m')) return undefined;
  const script = rest.find((word) => !word.text.startsWith('-'));
  return script === undefined || script.text.startsWith('/') ? undefined : script.text.replaceAll('*', 'x');
}

const list = (files: readonly string[]): string =>
  files
    .slice(0, 3)
    .map((file) => `\`${file}\``)
    .join(', ') + (files.length > 3 ? ` and ${files.length - 3} more` : '');
