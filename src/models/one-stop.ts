// The promise every model's stream keeps: it never throws, exactly one `stop` comes last, and an abort ends it at once,
// whatever the provider's library does meanwhile.

import type { ModelEvent, Usage } from '../kernel/types.ts';

/** A provider's own reading of an answer. It may throw, hang or end early. */
export interface Answering {
  readonly events: AsyncIterable<ModelEvent>;
  /** What the answer has cost so far. */
  readonly usage: () => Usage;
  /** Why it failed and what to do, for a person. */
  readonly describe: (error: unknown) => string;
}

export const noUsage: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0 });

/** The events of an answer, ended by exactly one `stop`. */
export async function* endingInOneStop(answering: Answering, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const iterator = answering.events[Symbol.asyncIterator]();
  const abort = abortOf(signal);
  const failed = (because: string): ModelEvent => ({
    kind: 'stop',
    reason: 'error',
    because,
    usage: answering.usage(),
  });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), abort.happened]);
      if (next === 'aborted') return yield failed('the model was stopped before it had finished');
      if (next.done === true) return yield failed(answering.describe(new BrokenOffError('it ended without saying so')));
      yield next.value;
      if (next.value.kind === 'stop') return;
    }
  } catch (error) {
    yield failed(signal.aborted ? 'the model was stopped before it had finished' : answering.describe(error));
  } finally {
    abort.forget();
    // A hanging provider must not hold the stream open, so its end is not awaited; it has nothing left to say.
    iterator.return?.().catch(() => 'ended already');
  }
}

/** An answer that stopped in the middle. */
export class BrokenOffError extends Error {}

function abortOf(signal: AbortSignal): { readonly happened: Promise<'aborted'>; readonly forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<'aborted'>();
  const onAbort = () => resolve('aborted');
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return { happened: promise, forget: () => signal.removeEventListener('abort', onAbort) };
}
