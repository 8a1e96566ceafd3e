// Patterns over plain text, for tools, secrets, channels and opaque parts: `*` is any characters, everything else itself.

import { compileWildcard } from './classify/command/wildcard.ts';

/** Compiles a plain wildcard. Linear in the text, whatever the pattern. */
export const compileTextPattern = (pattern: string): ((text: string) => boolean) => compileWildcard(pattern.split('*'));
