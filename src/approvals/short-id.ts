// Short ids that people type: random, made of characters nobody mistakes for another, and never a word of a sentence.

import { randomInt } from 'node:crypto';

const letters = 'abcdefghjkmnpqrstuvwxyz';
const digits = '23456789';

/** How an id looks: a letter, a digit, and four of either. */
export const shortIdPattern = `[${letters}][${digits}][${letters}${digits}]{4}`;

/**
 * Six characters from the system's secure generator, 170 million different ones. An id names a question and opens nothing:
 * whoever guesses one is still the person that the transport says, and of 100 open questions one guess in 1.7 million hits.
 */
export const shortId = (): string =>
  pick(letters) + pick(digits) + Array.from({ length: 4 }, () => pick(letters + digits)).join('');

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));
