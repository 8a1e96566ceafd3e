// Runs one command behind its door: opened before it, closed after it, and what passed is among the facts of its outcome.

import { messageOf } from '../../kernel/checked.ts';
import type { Grants, JsonObject, Outcome } from '../../kernel/types.ts';
import type { ContainerNetwork, Egress } from './egress.ts';
import { insideRelay } from './relay-binary.ts';

/** The words that start a command with its listeners in place. */
export const behindRelay = ({ plan }: ContainerNetwork, words: readonly string[]): readonly string[] => [
  insideRelay,
  ...plan.listeners,
  '--',
  ...words,
];

/**
 * Runs `work` while the door is open. Whatever `work` gives that is not an outcome is handed on as it is.
 * @throws {Error} if it could not be opened, and then nothing ran; and whatever `work` throws.
 */
export async function withDoor<T extends Outcome | { readonly kind: 'stale' }>(
  egress: Egress,
  grants: Grants,
  network: ContainerNetwork,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | Outcome> {
  const door = await egress.open(grants, network.directory, signal).catch((error) => {
    throw new Error(`the network of the call could not be opened: ${messageOf(error)}`, { cause: error });
  });
  let facts: JsonObject = {};
  try {
    const ended = await work();
    facts = await door.close();
    return isOutcome(ended) ? told(ended, facts) : ended;
  } finally {
    await door.close();
  }
}

const isOutcome = (ended: Outcome | { readonly kind: 'stale' }): ended is Outcome => ended.kind !== 'stale';

/** The outcome with the connections in it. One that failed says what the network refused, because that may be why. */
function told(outcome: Outcome, egress: JsonObject): Outcome {
  const facts = { ...outcome.facts, egress };
  if (outcome.kind !== 'failed') return { ...outcome, facts };
  const [refused] = reasonsIn(egress);
  return { ...outcome, facts, because: refused === undefined ? outcome.because : `${outcome.because}; ${refused}` };
}

function reasonsIn({ list }: JsonObject): readonly string[] {
  if (!Array.isArray(list)) return [];
  const reasons = list.map((entry) =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'because') : '',
  );
  return reasons.filter((reason) => typeof reason === 'string' && reason !== '');
}
