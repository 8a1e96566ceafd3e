// `find`: its expression is read word by word. `-exec` and its kin open the inner command, whose `{}` stands for names below
// the starting points; actions that delete or write files are effects; a word that is not known could be an action.

import type { Analysis } from '../analysis.ts';
import { describe } from '../describe.ts';
import { spell } from '../environment.ts';
import { examinePath } from '../examine.ts';
import { type Field, known, textOf } from '../field.ts';
import type { Invocation } from '../invocation.ts';
import { canonicalName, type Findings, judgeInner } from '../judge.ts';
import { judgePath } from '../judge-path.ts';
import { findProgram } from '../programs.ts';

const inner = describe({ operands: 'program', wrapping: 'both' });
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
const flags = words(
  '( ) ! , -a -and -o -or -not -daystart -depth -d -follow -help --help -version --version -mount -xdev -noleaf -nowarn -warn -ignore_readdir_race -noignore_readdir_race -empty -executable -readable -writable -false -true -nouser -nogroup -ls -print -print0 -prune -quit -H -L -P',
);
const texts = words(
  '-maxdepth -mindepth -regextype -amin -atime -cmin -ctime -fstype -gid -group -ilname -iname -inum -ipath -iregex -iwholename -links -lname -mmin -mtime -name -path -perm -regex -size -type -uid -used -user -wholename -xtype -context -printf -D -O0 -O1 -O2 -O3 -newermt -newerat -newerct -Bmin',
);
const reads = words('-anewer -cnewer -newer -samefile -newermm -neweram -newercm -newerma -neweraa');
const writes = words('-fprint -fprint0 -fls -fprintf');
const executes = words('-exec -execdir -ok -okdir');

/** Reads the words of `find`. */
export async function readFind(invocation: Invocation, findings: Findings, analysis: Analysis): Promise<void> {
  const { fields, state } = invocation;
  const starts: Field[] = [];
  let isExpression = false;
  let isListing = true;
  for (let index = 1; index < fields.length; index++) {
    const field = fields[index];
    const text = textOf(field);
    if (field === undefined || field.kind === 'unknown') {
      analysis.addOpaque(field?.text ?? '', `an unknown word of \`find\` may be an action: ${field?.why ?? ''}`);
      continue;
    }
    const value = textOf(fields[index + 1]);
    if (!isExpression && !/^[-(),!]/.test(text)) {
      starts.push(field);
      if (await examinePath(text, 'read', state, analysis)) findings.outside.add(index);
      continue;
    }
    if (!/^-[HLPDO]/.test(text)) isExpression = true;
    if (/^(?:-L|-follow)$/.test(text)) isListing = false;
    if (flags.has(text)) continue;
    if (texts.has(text)) {
      isListing &&= text !== '-printf';
      index += text.startsWith('-O') ? 0 : 1;
    } else if (reads.has(text) || writes.has(text)) {
      index += text === '-fprintf' ? 2 : 1;
      const at = text === '-fprintf' ? index - 1 : index;
      if (writes.has(text)) await judgePath(known(value), 'write', 'own', state, analysis);
      if (await examinePath(value, reads.has(text) ? 'read' : 'write', state, analysis)) findings.outside.add(at);
    } else if (text === '-delete') {
      isListing = false;
      for (const start of starts.length === 0 ? [known('.')] : starts) {
        await judgePath(start, 'write', 'own', state, analysis);
      }
    } else if (executes.has(text)) {
      isListing = false;
      index = await readAction(index, invocation, findings, analysis);
    } else {
      analysis.addOpaque(text, `the word \`${text}\` of \`find\` is not known`);
    }
  }
  if (starts.length === 0) await examinePath('.', 'read', state, analysis);
  analysis.printsNames = isListing && findings.outside.size === 0;
}

/** Judges the command of `-exec` and answers where it ends. */
async function readAction(
  start: number,
  invocation: Invocation,
  findings: Findings,
  analysis: Analysis,
): Promise<number> {
  const { fields } = invocation;
  const action = textOf(fields[start]);
  let end = start + 1;
  while (
    end < fields.length &&
    textOf(fields[end]) !== ';' &&
    !(textOf(fields[end]) === '+' && textOf(fields[end - 1]) === '{}')
  ) {
    end += 1;
  }
  const command = fields.slice(start + 1, end);
  if (command.length === 0 || end >= fields.length) {
    analysis.addOpaque(action, `the command of \`find ${action}\` has no end`);
    return end;
  }
  const name = canonicalName(textOf(command[0]));
  const holders = command.filter((field) => textOf(field).includes('{}'));
  const isHarmless = findProgram(name)?.isHarmless === true && holders.every((field) => textOf(field) === '{}');
  if (holders.length > 0 && !isHarmless) {
    analysis.addOpaque(command.map(spell).join(' '), `\`find ${action}\` runs it on names that are not known before`);
  }
  if (action === '-execdir' || action === '-okdir') {
    analysis.addOpaque(
      command.map(spell).join(' '),
      `\`find ${action}\` runs it in directories that are not known before`,
    );
  }
  const inside: Findings = { ...findings, fields: [known('find'), ...command] };
  await judgeInner({ ...invocation, fields: inside.fields }, 1, inner, inside, analysis);
  // What runs is what was judged, also the text of a shell.
  findings.fields.splice(start + 1, command.length, ...inside.fields.slice(1));
  return end;
}
