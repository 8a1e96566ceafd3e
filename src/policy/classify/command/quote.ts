// How a known word is printed: always in single quotes, so that a shell has nothing left to interpret in it.

/** The word as shell text that every shell reads as exactly this word. */
export const quoteWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
