// How long the operator wants outputs and salts to be kept.

import type { Settings } from '../config.ts';
import type { Retention } from '../ledger/beside/retention.ts';

const hourMs = 3_600_000;

/** `ledger.retention` of the configuration, as milliseconds. */
export function retentionOf({ config }: Settings): Retention {
  const { outputs, salts } = config.ledger?.retention ?? {};
  return { outputsMs: msOf(outputs), saltsMs: msOf(salts) };
}

/** Milliseconds of an age such as `30d` or `12h`. */
function msOf(age: string | undefined): number | null {
  if (age === undefined) return null;
  return Number(age.slice(0, -1)) * (age.endsWith('d') ? 24 * hourMs : hourMs);
}
