// (being written) the six steps and the permit.

import type { SealedAction } from './types.ts';

const minting = Symbol('minting');

/**
 * Proof that an action was decided, approved where needed, and recorded. Only `governedCall` makes one; an executor
 * redeems it once and gets the action with its grants.
 */
export class Permit {
  readonly #sealed: SealedAction;
  #isSpent = false;

  constructor(key: symbol, sealed: SealedAction) {
    if (key !== minting) throw new TypeError('could not make a permit: only `governed-call.ts` can');
    this.#sealed = sealed;
    Object.freeze(this);
  }

  /**
   * Hands out what may run, once.
   * @throws {TypeError} if `permit` is not a permit, or was redeemed before.
   */
  static redeem(permit: Permit): SealedAction {
    if (!(#sealed in permit)) throw new TypeError('could not redeem a permit: this is not one');
    if (permit.#isSpent) throw new TypeError('could not redeem a permit: it was redeemed before');
    permit.#isSpent = true;
    return permit.#sealed;
  }
}
