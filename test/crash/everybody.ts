// The people of the crash harness.

import { directoryOf, personWith } from '../fixtures/people.ts';

export const ann = personWith('ann', ['operator']);
export const bob = personWith('bob', ['operator']);

/** Reads who may answer. */
export const everybody = directoryOf([ann, bob]);
