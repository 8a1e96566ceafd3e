import { expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { turnLedger } from '../../../src/sessions/queue/turn-ledger.ts';
import { type Disk, memoryInbox } from '../../fixtures/memory-inbox.ts';

const rowOf = (id: string, state: 'waiting' | 'done') => ({
  ...{ id, session: 's', agent: 'main', key: '', state, run: '', at: 1, document: {} },
});

test('P11: a run does not begin with a message that has an end, and takes none of the others', async () => {
  const disk: Disk = { rows: [rowOf('a', 'waiting'), rowOf('b', 'done')], records: [], committed: () => {} };
  const inbox = memoryInbox(
    disk,
    async () => {},
    () => 'fine',
  );
  const turn = turnLedger({ run: 'r', session: 's', began: ['a', 'b'] }, inbox, systemClock, false);
  const ledger = turn.bind({ append: async () => ({ seq: 0, hash: '' }) });
  await expect(ledger.append({ type: 'run-started', body: { run: 'r' } })).rejects.toThrow('it has another end');
  expect(disk.rows.map(({ state }) => state)).toEqual(['waiting', 'done']);
  expect(disk.records).toEqual([]);
  expect(turn.isStarted()).toBe(false);
});
