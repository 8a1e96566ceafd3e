// The narrowest pattern that names an effect: these words, this path, this method and URL. Some effects have none.

import { exactUrlEntry } from '../../kernel/connect-patterns.ts';
import { spellHostPort } from '../../kernel/host-patterns.ts';
import type { Effect } from '../../kernel/types.ts';

/** The pattern, or why no pattern can name the effect. */
export type NarrowPattern = { readonly pattern: string } | { readonly because: string };

/** Names an effect as exactly as the language can. */
export function narrowPattern(effect: Effect): NarrowPattern {
  switch (effect.kind) {
    case 'run':
      return { pattern: [...effect.assignments.map(assignmentWord), ...effect.argv.map(patternWord)].join(' ') };
    case 'read':
    case 'write':
      return { pattern: pathPattern(effect.path) };
    case 'connect':
      return {
        pattern:
          effect.method === 'CONNECT' || effect.url === ''
            ? spellHostPort(effect.host, effect.port)
            : exactUrlEntry(effect.method, effect.url),
      };
    case 'secret':
    case 'tool':
      return { pattern: effect.name };
    case 'send':
      return effect.channel.includes('*') || effect.target.includes('*')
        ? { because: 'its name holds a star, which a pattern reads as any characters' }
        : { pattern: `${effect.channel} ${effect.target}` };
    case 'opaque':
      return {
        because: `\`${effect.text}\` is not known before it runs (${effect.why}). Spell it out in the command: no ordinary rule opens what nobody knows`,
      };
  }
}

/** A word of a command as a pattern reads it: exactly this word. */
const patternWord = (word: string): string =>
  /^[A-Za-z0-9_@%+:,./~^-][A-Za-z0-9_@%+=:,./~^-]*$/.test(word) && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word)
    ? word
    : `"${escaped(word)}"`;

const escaped = (text: string): string => text.replace(/[*"'\\]/g, (character) => `\\${character}`);

function assignmentWord(assignment: string): string {
  const equals = assignment.indexOf('=');
  return `${assignment.slice(0, equals)}="${escaped(assignment.slice(equals + 1))}"`;
}

/** This path. What lies below a directory comes with it, save for the workspace itself. */
function pathPattern(path: string): string {
  if (path === '.') return '[.]';
  return path.replace(/[*?[]/g, '[$&]').replace(/([+@!])(?=\()/g, '[$1]');
}
