// What a session's next turn is made of, and from when on. Pure.

import { isSameOrigin, type QueuedMessage } from './message.ts';
import type { QueueSettings } from './settings.ts';

/** A message that waits in this process. */
export interface Waiting {
  readonly message: QueuedMessage;
  readonly settings: QueueSettings;
  /** When it came, on the clock that never jumps. */
  readonly since: number;
  /** Whether it came while something else of its session was under way or waited: others may come and join it. */
  readonly isJoined: boolean;
}

/** A turn that may begin `at` that moment of the clock that never jumps. */
export interface PlannedTurn {
  readonly at: number;
  readonly messages: readonly Waiting[];
}

/** Somebody who never stops writing is answered after this many pauses. */
const pausesMax = 10;

/** The next turn of a session; null where nothing waits. */
export function planTurn(waiting: readonly Waiting[], turnCharacters: number): PlannedTurn | null {
  const [first] = waiting;
  if (first === undefined) return null;
  const { mode, debounceMs, cap } = first.settings;
  if (mode === 'followup') return { at: 0, messages: [first] };
  const messages = fitting(first, waiting, turnCharacters);
  const last = messages.at(-1) ?? first;
  const isWhole = messages.length < waiting.length || messages.length >= cap;
  if (mode !== 'collect' || !first.isJoined || isWhole) return { at: 0, messages };
  return { at: Math.min(last.since + debounceMs, first.since + pausesMax * debounceMs), messages };
}

/** The messages, from the first on, that may share its turn: of one origin, none that wants its own, no more than fit. */
function fitting(first: Waiting, waiting: readonly Waiting[], turnCharacters: number): readonly Waiting[] {
  let characters = 0;
  const end = waiting.findIndex(({ message, settings }, index) => {
    characters += message.text.length;
    const isAnother = settings.mode === 'followup' || !isSameOrigin(message.origin, first.message.origin);
    return index > 0 && (isAnother || characters > turnCharacters);
  });
  return end === -1 ? waiting : waiting.slice(0, end);
}

/** How many of the first waiting messages the run under way, of `running`, may hear between its calls. */
export function steerable(waiting: readonly Waiting[], running: QueuedMessage): readonly Waiting[] {
  const end = waiting.findIndex(
    ({ message, settings }) => settings.mode !== 'steer' || !isSameOrigin(message.origin, running.origin),
  );
  return end === -1 ? waiting : waiting.slice(0, end);
}
