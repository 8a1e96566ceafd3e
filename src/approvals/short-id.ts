// Short ids that people type: random, and made of characters nobody mistakes for another.

import { randomInt } from 'node:crypto';

const letters = 'abcdefghjkmnpqrstuvwxyz';
const characters = `${letters}23456789`;

/** Six characters from the system's secure generator; the first is a letter, so that it never looks like a number. */
export const shortId = (): string =>
  letters.charAt(randomInt(letters.length)) +
  Array.from({ length: 5 }, () => characters.charAt(randomInt(characters.length))).join('');
