import { expect, test } from 'vitest';
import { keepCheckpoints, type Publisher } from '../../src/ledger/keep-checkpoints.ts';
import { handClock } from '../fixtures/hand-clock.ts';
import { signedLedger } from '../fixtures/signed-ledger.ts';
import { intrude, unseal } from '../fixtures/temporary-store.ts';

const never = { everyRecords: 1_000_000, everyMinutes: 10_000 };

/** A place for notes that fails so many times first. */
function placeFor(failures: number): Publisher & { readonly notes: string[]; tries: number } {
  const place = {
    name: 'a wall',
    notes: [] as string[],
    tries: 0,
    async publish(note: string) {
      place.tries += 1;
      if (place.tries <= failures) throw new Error('the wall is wet; wait');
      place.notes.push(note);
    },
  };
  return place;
}

const sizes = (notes: readonly string[]) => notes.map((note) => Number(note.split('\n')[1]));

test('a ledger that cannot be signed is said once, and closing goes on', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const intruder = await intrude(ledger.path);
  await unseal(intruder);
  await intruder.run('DELETE FROM records WHERE seq = 2');
  const told: string[] = [];
  const clock = handClock(Date.now());
  const kept = keepCheckpoints(ledger, { everyRecords: 1, everyMinutes: 1 }, [], clock, (message) =>
    told.push(message),
  );
  await expect.poll(() => told.length).toBe(1);
  await kept.close();
  expect(told).toEqual([expect.stringMatching(/could not sign the ledger.*`sallyport audit verify`/)]);
});

test('a place that fails is said once and tried again, and the others get theirs', async () => {
  const ledger = await signedLedger();
  await ledger.add(3);
  const told: string[] = [];
  const [bad, good, lost] = [placeFor(3), placeFor(0), placeFor(1_000_000)];
  const clock = handClock(Date.now());
  const kept = keepCheckpoints(ledger, { ...never, everyRecords: 2 }, [bad, good, lost], clock, (text) =>
    told.push(text),
  );
  await expect.poll(() => bad.notes.length).toBe(1);
  expect(good.notes).toEqual(bad.notes);
  await kept.close();
  expect(told).toEqual(['could not publish a checkpoint to a wall, it is tried again: the wall is wet; wait']);
});

test('checkpoints are written after so many records, after so many minutes, and at the end, and not for nothing', async () => {
  const ledger = await signedLedger();
  const place = placeFor(0);
  const clock = handClock(Date.now());
  const kept = keepCheckpoints(ledger, { everyRecords: 100, everyMinutes: 10 }, [place], clock, () => {});
  await ledger.add(99);
  expect(place.notes).toEqual([]);
  await ledger.add(10);
  await expect.poll(() => place.notes.length).toBe(1);
  await ledger.add(5);
  clock.set(Date.now() + 11 * 60_000);
  await expect.poll(() => place.notes.length).toBe(2);
  await ledger.add(1);
  await kept.close();
  expect(place.notes).toHaveLength(3);
  const head = (await ledger.store.head())?.seq ?? 0;
  expect(sizes(place.notes)[2]).toBe(head - 1);
  await keepCheckpoints(ledger, never, [place], clock, () => {}).close();
  expect(place.notes).toHaveLength(3);
});
