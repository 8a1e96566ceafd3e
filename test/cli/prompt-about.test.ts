import { expect, test } from 'vitest';
import type { SaidReply } from '../../src/approvals/reply/reply.ts';
import { plainJson } from '../../src/cli/ask-in-terminal.ts';
import { namedIn, promptAbout } from '../../src/cli/prompt-about.ts';
import type { Question } from '../../src/kernel/types.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const questionOf = (id: string, batch = ''): Question => ({ ...pendingOf(id).question, batch });
const yes = (...ids: string[]): SaidReply => ({ kind: 'approve', ids, scope: { kind: 'once' }, pattern: 0, code: '' });

test('where nothing waits there is no prompt', () => {
  expect(promptAbout([])).toBe(null);
});

test.each<[string, Question[]]>([
  ['two questions that belong to no plan', [questionOf('k7f2m9'), questionOf('p9xab3')]],
  ['the rest of a plan and one that is asked anew', [questionOf('k7f2m9', 'b2cdef'), questionOf('p9xab3')]],
  ['two plans', [questionOf('k7f2m9', 'b2cdef'), questionOf('p9xab3', 'c2cdef')]],
])('of %s only the one that was shown last is asked about', (_name, open) => {
  const about = promptAbout(open);
  expect(about).toMatchObject({ id: 'p9xab3', text: 'approve p9xab3?' });
  expect(about?.questions.map(({ id }) => id)).toEqual(['p9xab3']);
});

test('a yes to a plan is one to the questions that stood there, whatever joins the plan meanwhile', () => {
  const about = promptAbout([questionOf('k7f2m9', 'b2cdef'), questionOf('p9xab3', 'b2cdef')]);
  expect(about?.text).toBe('approve all 2 calls of plan b2cdef?');
  expect(about === null ? null : namedIn(about, yes('b2cdef')).ids).toEqual(['k7f2m9', 'p9xab3']);
  expect(about === null ? null : namedIn(about, yes('p9xab3')).ids).toEqual(['p9xab3']);
});

test('arguments in the line of an edit neither steer the terminal nor imitate anything', () => {
  const args = { text: '\u009b2J\u007f\u202egnp.exe \ud83d\ude00', 'n\u0430me': '\u001b[2J' };
  const plain = plainJson(args);
  expect(plain).toMatch(/^[ -~]+$/);
  expect(JSON.parse(plain)).toEqual(args);
});
