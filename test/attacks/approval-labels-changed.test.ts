// While people think about a call, another one marks the file that it reads as coming from strangers. What was approved is a
// call that reads a clean file: as it is now it has to be asked about anew.

import { expect, test } from 'vitest';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { actionOf, caller, testPorts } from '../fixtures/ports.ts';

const call = { id: 'c1', tool: 'read', args: {} };
const effect = { kind: 'read', path: 'notes.md', absolute: '/work/place/notes.md', standing: 'own' } as const;
const reading = {
  classify: async () => {
    const action = actionOf('read');
    return { kind: 'understood', action: { ...action, effects: [...action.effects, effect] } } as const;
  },
};

test('a call whose file is labelled while it waits is shown again with the labels, before it runs', async () => {
  let labels: readonly string[] = [];
  const honest = testPorts('ask');
  const { ports, told } = testPorts('ask', {
    classifier: reading,
    labels: { look: async () => async () => labels, mark: async () => {} },
    approvals: {
      ...honest.ports.approvals,
      ask: async (asked, shown, signal) => {
        const answer = await honest.ports.approvals.ask(asked, shown, signal);
        labels = ['untrusted'];
        return answer;
      },
    },
  });
  const { outcome } = await governedCall(call, caller, ports, new AbortController().signal, () => {});
  expect(outcome).toBe('ok');
  expect(honest.told.questions.map(({ sealed }) => sealed.inputs)).toEqual([[], ['untrusted']]);
  expect(told.ran.map(({ inputs }) => inputs)).toEqual([['untrusted']]);
});
