import { expect, test } from 'vitest';
import { drawTree } from '../../../src/cli/draw-tree.ts';
import { processScreen } from '../../../src/cli/screen.ts';
import type { LedgerRecord } from '../../../src/ledger/record.ts';
import { compareRuns } from '../../../src/ledger/review/compare.ts';
import { findRun, type RunSource } from '../../../src/ledger/review/find-run.ts';
import { readStory, runOf } from '../../../src/ledger/review/read-story.ts';
import { callsOf } from '../../../src/ledger/review/story.ts';
import { treeOf } from '../../../src/ledger/review/tree.ts';
import { entriesOf, recordsOf, storyOf } from './harness.ts';

const screenOf = (columns: number) => ({ ...processScreen(false, false), columns });

test('records that are not of a run, or of no known shape, make no story but break nothing', () => {
  expect(readStory([], new Map())).toBe(null);
  const odd = recordsOf([
    ['call-intended', { call: 'c1', effects: 'none', rules: [null, 3], args: [], caller: [] }],
    ['model-answered', { calls: [{ id: 5 }], text: {} }],
    ['call-finished', { call: 'c1', outcome: 'splendid', facts: { egress: 4 }, output: { head: 4 } }],
  ]);
  const story = readStory(odd, new Map());
  expect(story).toMatchObject({ run: '', phase: '', message: '' });
  expect(drawTree(treeOf(story ?? storyOf('run-1')), screenOf(80)).length).toBeGreaterThan(3);
});

test('calls that were made one by one are not told as a run without an end', () => {
  const records = recordsOf(entriesOf('run-1').filter(([type]) => type.startsWith('call-')));
  const story = readStory(records, new Map()) ?? storyOf('run-1');
  expect(callsOf(story).map(({ end }) => end)).toEqual(['ok', 'unknown', 'refused']);
  expect(drawTree(treeOf(story), screenOf(120)).join('\n')).not.toMatch(/not ended|no record of its end/);
});

test('a call with no end is open, and one with an end that nobody knows is unknown', () => {
  const records = recordsOf([
    ['call-intended', { call: 'c1', tool: 'exec' }],
    ['call-finished', { call: 'c2', outcome: 'splendid' }],
  ]);
  expect(callsOf(readStory(records, new Map()) ?? storyOf('run-1')).map(({ end }) => end)).toEqual(['open', 'unknown']);
});

test('a run is told with what was said, decided, answered, reached and written', () => {
  const story = storyOf('run-1');
  const [read, push, http, write] = callsOf(story);
  expect(story).toMatchObject({ run: 'run-1', phase: 'error', first: 1, last: 10, records: 10, message: 'plain' });
  expect(read).toMatchObject({ end: 'ok', verdict: 'allow', what: 'read plain', output: { text: 'plain' } });
  expect(push).toMatchObject({ end: 'unknown', verdict: 'ask', what: 'exec git push plain', image: 'plain' });
  expect(push?.asked).toMatchObject([{ id: 'k7f2', state: 'approved', answers: [{ by: 'plain', kind: 'approve' }] }]);
  expect(push?.connections).toMatchObject([{ host: 'plain', status: 200 }]);
  expect(push?.wrote).toMatchObject([{ path: 'plain' }]);
  expect(http).toMatchObject({ end: 'refused', verdict: 'deny', because: 'plain' });
  expect(write).toMatchObject({ end: 'open', records: [] });
});

test('the tree of a run fits the screen, and has no colour where there is none', () => {
  for (const columns of [80, 120]) {
    const lines = drawTree(treeOf(storyOf('run-1', `${'word '.repeat(60)}\u001b[31mred\u202e`)), screenOf(columns));
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/[\u001b\u202e]/);
  }
});

test('a run that a call set off stands below that call', () => {
  const child = storyOf('run-2');
  const lines = drawTree(treeOf(storyOf('run-1', 'plain', new Map([['c1', [child]]]))), screenOf(100));
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(at('read plain')).toBeLessThan(at('run-2'));
  expect(at('run-2')).toBeLessThan(lines.findIndex((line) => /^│ {2}├─ .*exec git push plain/.test(line)));
  expect(lines[at('run-2')]).toMatch(/^│ {2}│ {2}└─ run-2/);
});

test('a tree says who answered after how long, and which rule asked', () => {
  const text = drawTree(treeOf(storyOf('run-1')), screenOf(120)).join('\n');
  expect(text).toContain('asked by exec-rule, approved by plain after 1.0 s: plain');
  expect(text).toContain('denied by http-rule');
});

test('an answer says for whom it was given, and whether it stood before', () => {
  const entries = entriesOf('run-1').map(
    ([type, body]) =>
      [
        type,
        type === 'approval-answered' ? { ...body, by: 'bob', for: 'ann', standing: 's7', reason: '' } : body,
      ] as const,
  );
  const story = readStory(recordsOf(entries), new Map()) ?? storyOf('run-1');
  const text = drawTree(treeOf(story), screenOf(120)).join('\n');
  expect(text).toContain('approved by bob for ann by the standing approval s7 after 1.0 s');
});

test('a run compared with itself is the same', () => {
  const { run, calls } = compareRuns(storyOf('run-1'), storyOf('run-2'));
  expect(run).toEqual([]);
  expect(calls.map(({ kind }) => kind)).toEqual(['same', 'same', 'same', 'same']);
});

test('runs are compared call by call: removed, added, and decided otherwise', () => {
  const entries = entriesOf('run-2').flatMap(([type, body]) => {
    if (body.call === 'c1') return [];
    if (type === 'model-answered' && Array.isArray(body.calls))
      return [[type, { ...body, calls: body.calls.slice(1) }] as const];
    return [
      [type, body.call === 'c2' && type === 'call-finished' ? { ...body, outcome: 'ok', because: '' } : body] as const,
    ];
  });
  const after = readStory(recordsOf(entries), new Map()) ?? storyOf('run-2');
  const { calls } = compareRuns(storyOf('run-1'), after);
  expect(calls.map(({ kind }) => kind)).toEqual(['removed', 'changed', 'same', 'same']);
  expect(calls[1]).toMatchObject({ differences: [{ what: 'outcome', before: 'unknown: plain', after: 'ok' }] });
  expect(compareRuns(after, storyOf('run-1')).calls.map(({ kind }) => kind)).toEqual([
    'added',
    'changed',
    'same',
    'same',
  ]);
});

test('the story of a run is found by its id, and by a number, call id or digest of its records', async () => {
  const records = recordsOf(entriesOf('run-1'));
  const keysOf = ({ seq, body }: LedgerRecord) => [String(seq), body.call, body.digest];
  const ledger: RunSource = {
    list: async ({ run, type, before }) =>
      records
        .filter((one) => (run === null || runOf(one.body) === run) && (type === null || one.type === type))
        .filter(({ seq }) => before === null || seq < before)
        .toReversed(),
    show: async (key) => records.filter((one) => keysOf(one).includes(key)),
  };
  expect(await findRun(ledger, '999')).toBe(null);
  for (const key of ['run-1', '1', '3', 'c2', 'sha256:c2'])
    expect((await findRun(ledger, key))?.run, key).toBe('run-1');
});
