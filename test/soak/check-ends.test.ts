import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-store.ts';
import { type EndedCall, faultsOf, recordedCalls } from './check-ends.ts';
import { growthFaults } from './growth.ts';
import type { PlannedCall } from './planned-calls.ts';
import type { CallEnd } from './soaked-kernel.ts';

const line = { kind: 'line', file: 'lines.txt', line: 'c1' } as const;
const planned: PlannedCall = {
  id: 'c1',
  kind: 'test',
  tool: 'exec',
  args: {},
  reply: 'nothing',
  abortAfterMs: null,
  ends: ['ok'],
  trace: line,
};
const endedWith = (outcome: CallEnd['outcome'], call = planned, wasDisturbed = false): EndedCall => ({
  call,
  end: { outcome, because: '' },
  ms: 1,
  wasDisturbed,
});
const workspaceWith = (lines: string): string => {
  const workspace = temporaryFolder();
  mkdirSync(join(workspace, 'files'));
  writeFileSync(join(workspace, 'lines.txt'), lines);
  return workspace;
};
const intended = { type: 'call-intended', body: { call: 'c1' } };
const finished = (outcome: string, started = true) => ({
  type: 'call-finished',
  body: { call: 'c1', outcome, facts: { started } },
});
const refused = { type: 'call-refused', body: { call: 'c1' } };

const faultsWith = async (ended: EndedCall, records: readonly object[], lines: string) => {
  async function* texts() {
    for (const record of records) yield JSON.stringify(record);
  }
  return faultsOf([ended], await recordedCalls(texts()), workspaceWith(lines));
};

test('a soak notices each broken promise about the end of a call', async () => {
  const broken: readonly (readonly [RegExp, EndedCall, readonly object[], string])[] = [
    [/effect is there 2 times/, endedWith('ok'), [intended, finished('ok')], 'c1\nc1\n'],
    [/effect is missing/, endedWith('ok'), [intended, finished('ok')], ''],
    [/effect is missing/, endedWith('interrupted'), [intended, finished('ok')], ''],
    [
      /was declined/,
      endedWith('failed', { ...planned, reply: 'decline' }, true),
      [intended, finished('failed')],
      'c1\n',
    ],
    [/without an intent/, endedWith('interrupted'), [], 'c1\n'],
    [/although nothing ran/, endedWith('interrupted'), [refused], 'c1\n'],
    [/although nothing ran/, endedWith('failed', planned, true), [intended, finished('failed', false)], 'c1\n'],
    [/intent has no end/, endedWith('interrupted'), [intended], ''],
    [/intended 2 times/, endedWith('ok'), [intended, intended, finished('ok')], 'c1\n'],
    [/recorded 2 times/, endedWith('ok'), [intended, finished('ok'), finished('ok')], 'c1\n'],
    [/ledger says it ended unknown/, endedWith('ok'), [intended, finished('unknown')], 'c1\n'],
    [/ledger says it ended never/, endedWith('ok'), [], ''],
    [/may end ok/, endedWith('failed'), [intended, finished('failed')], ''],
    [/as a call has to/, endedWith('silent'), [intended, finished('ok')], 'c1\n'],
  ];
  for (const [fault, ended, records, lines] of broken) {
    expect(await faultsWith(ended, records, lines), String(fault)).toContainEqual(expect.stringMatching(fault));
  }
});

test('what is denied may not run, whatever was killed meanwhile', async () => {
  const denied: PlannedCall = { ...planned, ends: ['refused'] };
  expect(await faultsWith(endedWith('failed', denied, true), [intended, finished('failed')], '')).toHaveLength(1);
});

test('a file that is there in part is a fault', async () => {
  const trace = { kind: 'file', file: 'lines.txt', content: 'whole\n' } as const;
  const ended = endedWith('interrupted', { ...planned, trace });
  const records = [intended, finished('unknown')];
  expect(await faultsWith(ended, records, 'who')).toContainEqual(expect.stringMatching(/in part/));
  expect(await faultsWith(ended, records, 'whole\n')).toEqual([]);
});

test('sound ends are no faults', async () => {
  expect(await faultsWith(endedWith('ok'), [intended, finished('ok')], 'c1\n')).toEqual([]);
  expect(await faultsWith(endedWith('interrupted'), [], '')).toEqual([]);
  for (const lines of ['', 'c1\n']) {
    expect(await faultsWith(endedWith('interrupted'), [intended, finished('unknown')], lines)).toEqual([]);
    expect(await faultsWith(endedWith('failed', planned, true), [intended, finished('failed')], lines)).toEqual([]);
  }
});

test('a kernel that grows is a fault, one that does not is none', () => {
  const gauge = { heapBytes: 30e6, rssBytes: 150e6, files: 50 };
  const grown = { heapBytes: 60e6, rssBytes: 350e6, files: 500 };
  expect(growthFaults([])).toHaveLength(1);
  expect(growthFaults([gauge, gauge, gauge, gauge, grown])).toHaveLength(3);
  expect(growthFaults([gauge, gauge, gauge, grown, gauge])).toEqual([]);
});
