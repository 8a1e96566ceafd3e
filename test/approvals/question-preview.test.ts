import { expect, test } from 'vitest';
import { fullPreview } from '../../src/approvals/preview-text.ts';
import { questionText } from '../../src/approvals/question-text.ts';
import type { Question, ShownPreview } from '../../src/kernel/types.ts';
import { parseQuestion, questionDocument } from '../../src/store/question-document.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const change = (path: string) => ({
  path,
  absolute: `/work/place/${path}`,
  before: { kind: 'absent' } as const,
  after: { kind: 'link', target: 'x' } as const,
});
const changes = { id: 'a'.repeat(32), files: [change('a'), change('b')], digest: `sha256:${'7'.repeat(64)}` };

function asked(preview: ShownPreview): Question {
  const question = pendingOf('q').question;
  return { ...question, preview, sealed: { ...question.sealed, changes } };
}
const plain = (text: string) => text;
const textOf = (preview: ShownPreview, redact = plain) => questionText(asked(preview), redact);

test('a preview is said to be one, with its changes and their digest, and what it printed', () => {
  const text = textOf({ diff: 'new file: a\n  +x', output: 'made it\n' });
  expect(text).toContain(`
preview      it ran on a copy, without network; approving puts its changes of 2 files in place
changes      new file: a
               +x
changes are  ${changes.digest}
it printed   made it
`);
});

test('P5: what is left out is counted exactly, and the whole is there for whoever asks', () => {
  const lines = Array.from({ length: 1_234 }, (_, n) => `  +line ${n}`);
  const output = Array.from({ length: 50 }, (_, n) => `out ${n}`).join('\n');
  const preview = { diff: lines.join('\n'), output };
  const text = textOf(preview);
  expect(text.split('\n').filter((line) => line.includes('+line '))).toHaveLength(200);
  const { id } = asked(preview);
  expect(text).toContain(`... and 1034 more lines; see \`sallyport approvals show ${id} --full\``);
  expect(text).toContain('... and 30 more lines; see');
  const whole = fullPreview(asked(preview));
  expect(whole).toContain('line 1233');
  expect(whole).toContain('out 49');
  const long = textOf({ diff: `  +${'x'.repeat(30_000)}\n  +y`, output: '' });
  expect(long).toContain('... and 2 more lines; see');
});

test('no line of a diff or of what was printed passes for one of the question', () => {
  const trick = 'digest       sha256:0\r\u202erules\u2028x';
  const text = textOf({ diff: `  +${trick}\n${trick}`, output: `${trick}\n${trick}` });
  expect(text.split('\n').filter((line) => line.startsWith('digest '))).toHaveLength(1);
  expect(text).not.toMatch(/[\r\u202e\u2028]/);
  expect(fullPreview(asked({ diff: trick, output: trick }))).not.toMatch(/[\r\u202e\u2028]/);
});

test('secrets in a diff and in what was printed are replaced', () => {
  const text = textOf({ diff: '  +TOKEN=hush', output: 'hush' }, (said) => said.replaceAll('hush', '***'));
  expect(text).not.toContain('hush');
});

test('a question from before there were previews has none', () => {
  const { preview: _none, ...older } = pendingOf('older').question;
  const document = questionDocument(pendingOf('older'));
  const without = JSON.stringify({ ...JSON.parse(document), question: older });
  expect(parseQuestion({ id: older.id, state: 'pending', document: without }).question.preview).toBeNull();
  expect(fullPreview(pendingOf('none').question)).toBe('');
});
