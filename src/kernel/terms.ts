// The words of approval terms that policy and approvals must read alike.

import type { StepUp } from './types.ts';

/** The role that rules without roles ask for. */
export const operatorRole = 'operator';

/** A role that stands for every role. It is given in the configuration, and never by anybody else. */
export const everyRole = '*';

/** Order of what is shown: the higher, the more. */
export const stepUpRank: Readonly<Record<StepUp, number>> = { none: 0, code: 1, signature: 2 };
