// What a question shows of a preview: of what it changed and printed the beginning, with the number of lines that are not; the
// digest covers all of it, and whoever asks gets the whole.

import { visible } from '../kernel/describe.ts';
import type { ChangeSet, Question, ShownPreview } from '../kernel/types.ts';
import { field } from './text-fields.ts';

const shownMax = { diffLines: 200, diffLetters: 24_000, printedLines: 20, printedLetters: 2_000 };

/** What the call did on a copy: it is done with that, and approving puts exactly these changes in place. */
export function previewFields(id: string, changes: ChangeSet | null, preview: ShownPreview | null): string[] {
  if (changes === null || preview === null) return [];
  const { length } = changes.files;
  const count = length === 0 ? 'no file' : length === 1 ? '1 file' : `${length} files`;
  const printed = preview.output.trimEnd() === '' ? [] : preview.output.trimEnd().split('\n').map(visible);
  const where = `see \`sallyport approvals show ${id} --full\``;
  return [
    ...field('preview', [`it ran on a copy, without network; approving puts its changes of ${count} in place`]),
    ...field('changes', beginning(linesOf(preview.diff), shownMax.diffLines, shownMax.diffLetters, where)),
    ...field('changes are', [changes.digest]),
    ...field('it printed', beginning(printed, shownMax.printedLines, shownMax.printedLetters, where)),
  ];
}

/** The text of a preview as a whole, for whoever asks for it: the changes, then what was printed. */
export function fullPreview({ preview }: Pick<Question, 'preview'>): string {
  if (preview === null) return '';
  return [...linesOf(preview.diff), '', 'it printed', ...preview.output.split('\n').map(visible)].join('\n');
}

/** Each line is spelled by the sandbox already; a second look costs nothing but a doubt. */
const linesOf = (diff: string): readonly string[] =>
  diff === '' ? [] : diff.split('\n').map((line) => line.split(tabSign).map(visible).join(tabSign));

/** What diffs show for a tab. */
const tabSign = '→   ';

function beginning(lines: readonly string[], linesMax: number, lettersMax: number, where: string): readonly string[] {
  let letters = 0;
  const end = lines.findIndex((line, index) => {
    letters += line.length + 1;
    return index >= linesMax || letters > lettersMax;
  });
  if (end < 0) return lines;
  return [...lines.slice(0, end), `... and ${lines.length - end} more lines; ${where}`];
}
