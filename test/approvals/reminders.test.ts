import { expect, test } from 'vitest';
import { reminderTimes, startReminders } from '../../src/approvals/reminders.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { pendingOf } from '../fixtures/temporary-store.ts';

const minute = 60_000;
const times = (minutes: number) => reminderTimes({ askedAt: 0, deadline: minutes * minute }).map((at) => at / minute);

test('nobody is reminded of a question that waits for a minute or less', () => {
  expect(times(0)).toEqual([]);
  expect(times(1)).toEqual([]);
});

test('people are reminded half-way and shortly before the end', () => {
  expect(times(3)).toEqual([1.5]);
  expect(times(15)).toEqual([7.5, 13.5]);
  expect(times(600)).toEqual([300, 540]);
  expect(times(7 * 24 * 60)).toEqual([84 * 60, 167 * 60]);
});

const { question } = pendingOf('k7f2m9');
const asked = { ...question, askedAt: 0, deadline: 15 * minute };

/** Time goes on when somebody sleeps, in steps that may be shorter than asked for. */
function clockFrom(start: number, stepMs: number): Clock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += Math.min(ms, stepMs);
    },
  };
}

test('reminders stop with the signal, before the first as between two', async () => {
  const stop = new AbortController();
  const heard: number[] = [];
  const listen = (_: unknown, leftMs: number) => {
    heard.push(leftMs);
    stop.abort();
  };
  await startReminders(asked, clockFrom(0, 10_000), listen, AbortSignal.abort());
  expect(heard).toEqual([]);
  await startReminders(asked, clockFrom(0, 10_000), listen, stop.signal);
  expect(heard).toEqual([7.5 * minute]);
});

test('reminders say how long is left, and those of the past are not made up for', async () => {
  const heard: number[] = [];
  const never = new AbortController().signal;
  await startReminders(asked, clockFrom(0, 7_000), (_, leftMs) => heard.push(leftMs), never);
  expect(heard).toEqual([7.5 * minute, 1.5 * minute]);
  await startReminders(asked, clockFrom(8 * minute, 7_000), (_, leftMs) => heard.push(leftMs), never);
  expect(heard).toHaveLength(3);
});
