// The changes of a preview as text for people: a unified diff of each text file, and for everything else what it was and what
// it becomes. One line stays one line, and no character hides or imitates another. What is left out is counted.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { structuredPatch } from 'diff';
import { quoted, visible } from '../../kernel/describe.ts';
import type { FileChange, FileState } from '../../kernel/types.ts';

/** Reads the bytes that a state stands for; undefined if they are not there any more. */
export type BytesOf = (
  state: Extract<FileState, { kind: 'file' }>,
  which: 'before' | 'after',
  change: FileChange,
) => string;

/** Larger files are named by size and sha256: nobody reads them here. */
const comparedBytesMax = 1_048_576;
/** Beyond this the lines of a file are too different for a diff: it is shown as removed and written anew. */
const editLengthMax = 4_000;
const compareMs = 1_000;
/** All of it, in UTF-16 units; a question that is larger is no question. */
const diffLettersMax = 1_048_576;
const lineLettersMax = 4_000;

/** The text. `placeOf` names where the bytes of a file lie. */
export async function diffText(files: readonly FileChange[], placeOf: BytesOf): Promise<string> {
  const lines: string[] = [];
  let lettersLeft = diffLettersMax;
  let omitted = 0;
  for (const change of files) {
    for (const line of [headline(change), ...(await bodyOf(change, placeOf))]) {
      lettersLeft -= line.length + 1;
      if (lettersLeft < 0) omitted += 1;
      else lines.push(line);
    }
  }
  if (omitted > 0) lines.push(`... and ${omitted} more lines, which are too many to show`);
  return lines.join('\n');
}

/** What becomes of a path, on one line. */
export function headline({ path, before, after }: FileChange): string {
  const name = quoted(path);
  if (before.kind === 'absent') return `new ${described(after)}: ${name}`;
  if (after.kind === 'absent') return `removed ${described(before)}: ${name}`;
  if (before.kind !== after.kind) return `${described(before)} becomes ${described(after)}: ${name}`;
  const mode =
    before.kind !== 'link' && after.kind !== 'link' && before.mode !== after.mode
      ? ` (permissions ${octal(before.mode)} become ${octal(after.mode)})`
      : '';
  return `changed ${before.kind}: ${name}${mode}`;
}

function described(state: FileState): string {
  switch (state.kind) {
    case 'absent':
      return 'nothing';
    case 'file':
      return state.mode === 0o644 ? 'file' : `file with permissions ${octal(state.mode)}`;
    case 'directory':
      return 'directory';
    case 'link':
      return `link to ${quoted(state.target)}`;
    default:
      return state satisfies never;
  }
}

const octal = (mode: number): string => mode.toString(8).padStart(3, '0');

async function bodyOf(change: FileChange, placeOf: BytesOf): Promise<readonly string[]> {
  const { before, after } = change;
  if (before.kind === 'link' && after.kind === 'link') {
    return [`- ${quoted(before.target)}`, `+ ${quoted(after.target)}`].map((line) => `  ${line}`);
  }
  if (before.kind !== 'file' && after.kind !== 'file') return [];
  if (before.kind === 'file' && after.kind === 'file' && before.sha256 === after.sha256) return [];
  const old = before.kind === 'file' ? await textOf(before, placeOf(before, 'before', change)) : '';
  const next = after.kind === 'file' ? await textOf(after, placeOf(after, 'after', change)) : '';
  if (old === undefined || next === undefined) return [...sizes('-', before), ...sizes('+', after)];
  return hunksOf(old, next).map((line) => `  ${shown(line)}`);
}

const sizes = (sign: string, state: FileState): readonly string[] =>
  state.kind === 'file' ? [`  ${sign} ${state.bytes} bytes that are not shown as text, sha256 ${state.sha256}`] : [];

function hunksOf(old: string, next: string): readonly string[] {
  const options = { context: 3, maxEditLength: editLengthMax, timeout: compareMs };
  const patch = structuredPatch('', '', old, next, '', '', options);
  if (patch === undefined) return [...signed('-', old), ...signed('+', next)];
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
}

const signed = (sign: string, text: string): readonly string[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${sign}${line}`);

/** Visible; a tab is an arrow, which no other character is shown as. */
function shown(line: string): string {
  const whole = line.split('\t').map(visible).join('→   ');
  if (whole.length <= lineLettersMax) return whole;
  return `${whole.slice(0, lineLettersMax)}... and ${whole.length - lineLettersMax} more characters`;
}

/** The text of a file; undefined where it is none, is too long, or is not what it was. */
async function textOf(state: Extract<FileState, { kind: 'file' }>, place: string): Promise<string | undefined> {
  if (state.bytes > comparedBytesMax) return undefined;
  await using handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const bytes = await handle.readFile();
  if (createHash('sha256').update(bytes).digest('hex') !== state.sha256) return undefined;
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
