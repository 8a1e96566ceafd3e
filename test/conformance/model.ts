// What every model keeps, whoever provides it. A provider plugs in with the models it is asked for.

import { describe, expect, test } from 'vitest';
import type { Model, ModelRequest } from '../../src/kernel/ports.ts';
import type { ModelEvent } from '../../src/kernel/types.ts';

/** The models of one provider that the suite talks to. */
export interface ModelsUnderTest {
  /** Answers with exactly this text and no calls. */
  saying(text: string): Promise<Model>;
  /** Answers with these calls, in this order. */
  calling(calls: readonly { readonly tool: string; readonly args: object }[]): Promise<Model>;
  /** Fails, whatever it is asked. */
  failing(): Promise<Model>;
  /** Says at least one piece of text, and does not end by itself before it has been read. */
  lingering(): Promise<Model>;
}

export const plainRequest: ModelRequest = {
  system: 'You are careful.',
  messages: [{ role: 'user', text: 'begin' }],
  tools: [],
  outputTokensMax: 1_000,
};

/** All events of one answer. */
export async function answerOf(
  model: Model,
  request: ModelRequest = plainRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelEvent[]> {
  return Array.fromAsync(model.stream(request, signal));
}

export const textOf = (events: readonly ModelEvent[]): string =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('');

export const callsOf = (events: readonly ModelEvent[]) =>
  events.flatMap((event) => (event.kind === 'call' ? [event.call] : []));

/** The last event, which must be the only stop. */
export function stopOf(events: readonly ModelEvent[]): Extract<ModelEvent, { kind: 'stop' }> {
  const stops = events.filter((event) => event.kind === 'stop');
  expect(stops).toHaveLength(1);
  const last = events.at(-1);
  if (last?.kind !== 'stop') throw new Error('the last event is not a stop');
  expect(last.because).not.toBe('');
  return last;
}

/** Registers the suite for one provider. */
export function modelConformance(name: string, models: ModelsUnderTest): void {
  describe(`a model of ${name}`, () => {
    test('fails with a stop that says why, and never throws', async () => {
      const stop = stopOf(await answerOf(await models.failing()));
      expect(stop.reason).toBe('error');
    });

    test('that is aborted before it begins ends at once with a stop', async () => {
      const events = await answerOf(await models.lingering(), plainRequest, AbortSignal.abort());
      expect(stopOf(events).reason).toBe('error');
      expect(callsOf(events)).toEqual([]);
    });

    test('that is aborted in the middle ends at once with a stop', async () => {
      const aborting = new AbortController();
      const events: ModelEvent[] = [];
      for await (const event of (await models.lingering()).stream(plainRequest, aborting.signal)) {
        events.push(event);
        aborting.abort();
      }
      expect(stopOf(events).reason).toBe('error');
      expect(stopOf(events).because).toContain('stopped');
    });

    test('that nobody reads to the end lets go', async () => {
      for await (const event of (await models.lingering()).stream(plainRequest, new AbortController().signal)) {
        expect(event.kind).toBe('text');
        break;
      }
    });

    test('says its text in full and is done', async () => {
      const text = 'Reading the incident first.\nÜmlaut, 表情 and 🙂 stay whole.';
      const events = await answerOf(await models.saying(text));
      expect(textOf(events)).toBe(text);
      expect(stopOf(events).reason).toBe('done');
    });

    test('makes its calls complete, in order, under ids of their own', async () => {
      const wanted = [
        { tool: 'read', args: { path: 'a.txt' } },
        { tool: 'read', args: { path: 'b.txt', deep: { list: [1, 'two', null], text: '"}\\' } } },
        { tool: 'list', args: {} },
      ];
      const events = await answerOf(await models.calling(wanted));
      const calls = callsOf(events);
      expect(calls.map(({ tool, args }) => ({ tool, args }))).toEqual(wanted);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(wanted.length);
      expect(stopOf(events).reason).toBe('calls');
    });
  });
}
