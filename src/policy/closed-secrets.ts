// Which secrets a rule may not hand out, because a deny rule names them: also where no effect of the call says so.

import type { SecretEffect } from '../kernel/types.ts';
import type { Circumstances } from './conditions.ts';
import type { IndexedLayer } from './judge.ts';

/** True if a deny rule that is about the caller names the secret. */
export function isClosedSecret(name: string, about: Circumstances, layers: readonly IndexedLayer[]): boolean {
  const effect: SecretEffect = { kind: 'secret', name, standing: 'implied' };
  return layers.some(({ find }) => {
    let isClosed = false;
    find(effect, (rule) => {
      isClosed ||= rule.verdict === 'deny' && rule.holds(about);
    });
    return isClosed;
  });
}
