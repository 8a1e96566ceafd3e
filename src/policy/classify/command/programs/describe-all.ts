// Descriptions for several names at once.

import { type Description, describe, type Program } from '../describe.ts';

/** Makes entries of a table: names separated by spaces, and what they have in common. */
export function describeAll(table: readonly (readonly [string, Description])[]): [string, Program][] {
  return table.flatMap(([names, description]) => {
    const program = describe(description);
    return names.split(' ').map((name): [string, Program] => [name, program]);
  });
}
