import { expect, test } from 'vitest';
import { createApprovals } from '../../src/approvals/approvals.ts';
import { nothingShown } from '../../src/approvals/step-up.ts';
import { findPrivateAt } from '../../src/kernel/private-parts.ts';
import { seal } from '../../src/kernel/seal.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { Question } from '../../src/kernel/types.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { directoryOf, personWith, proveNothing } from '../fixtures/people.ts';
import { actionOf, caller, decisionOf } from '../fixtures/ports.ts';
import { askedOf, replyOf, temporaryStore } from '../fixtures/temporary-store.ts';

const token = 'pässwort\u202e-ganz-geheim';
const args = { command: 'login', token, pin: 1234 };

test('people see private arguments, and no record of the question or its answer holds them', async () => {
  const { store } = await temporaryStore();
  const desk = createApprovals({
    store,
    clock: systemClock,
    directory: directoryOf([personWith('ann', ['*'])]),
    prove: proveNothing,
    instance: 'x',
    isAlive: () => true,
    redact: (text) => text,
    findPrivate: findPrivateAt(['exec.token', 'exec.pin']),
    mayWiden: async () => true,
    pendingMax: 9,
  });
  const action = { ...actionOf('exec'), args };
  const sealed = seal(action, decisionOf('ask'), { inputs: [], shadows: [], contents: [] }, caller);
  const shown: Question[] = [];
  const now = Date.now();
  const asked = { ...askedOf('q1', {}, now), sealed };
  const answer = desk.ask(asked, (question) => shown.push(question), new AbortController().signal);
  await expect.poll(() => shown.length).toBe(1);
  const [question] = shown;
  expect(question?.text).toContain('geheim');
  expect(question?.text).toContain('1234');
  const edit = {
    ...replyOf('approve', sealed.digest),
    kind: 'edit',
    args: { ...args, token: 'another-secret' },
  } as const;
  const replied = await desk.answer(question?.id ?? '', edit, { id: 'ann' }, nothingShown);
  expect(replied.kind).toBe('counted');
  expect((await answer).kind).toBe('edited');
  const lines = await Array.fromAsync(createLedger(store, systemClock).export());
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['approval-asked', 'approval-answered']);
  for (const line of lines) {
    expect(line).not.toMatch(/geheim|1234|another-secret/);
    expect(line).toContain('[private]');
  }
});
