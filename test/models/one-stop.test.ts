import { expect, test } from 'vitest';
import type { ModelEvent } from '../../src/kernel/types.ts';
import { endingInOneStop, noUsage } from '../../src/models/one-stop.ts';
import { stopOf, textOf } from '../conformance/model.ts';

const never = new AbortController().signal;
const said: ModelEvent = { kind: 'text', text: 'x' };
const stopped: ModelEvent = { kind: 'stop', reason: 'done', because: 'over', usage: noUsage };

const ended = (events: AsyncIterable<ModelEvent>, signal = never) =>
  Array.fromAsync(
    endingInOneStop({ events, usage: () => noUsage, describe: (error) => `because ${String(error)}` }, signal),
  );

test('a provider that throws ends in a stop', async () => {
  const events = (async function* () {
    yield said;
    throw new Error('boom');
  })();
  expect(stopOf(await ended(events)).because).toBe('because Error: boom');
});

test('a provider that throws something odd ends in a stop', async () => {
  const events = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(undefined) }) };
  expect(stopOf(await ended(events)).because).toBe('because undefined');
});

test('a provider that just ends is a failure', async () => {
  const events = (async function* () {
    yield said;
  })();
  expect(stopOf(await ended(events)).reason).toBe('error');
});

test('nothing comes after the stop', async () => {
  const events = (async function* () {
    yield stopped;
    yield said;
    yield stopped;
  })();
  expect(textOf(await ended(events))).toBe('');
});

test('a provider that hangs and ignores the abort is left alone', async () => {
  const aborting = new AbortController();
  const hangs: AsyncIterable<ModelEvent> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        queueMicrotask(() => aborting.abort());
        return new Promise(() => {});
      },
      return: () => new Promise(() => {}),
    }),
  };
  expect(stopOf(await ended(hangs, aborting.signal)).because).toContain('stopped');
});
