// Tool names as the providers accept them (letters, digits, `_` and `-`, 64 at most) and back. Two tools never share one.

import { createHash } from 'node:crypto';
import type { Tool } from '../kernel/types.ts';

export interface ToolNames {
  readonly toProvider: (name: string) => string;
  /** The tool's own name; a name nobody offered comes back as it is, for the passage to refuse. */
  readonly fromProvider: (name: string) => string;
}

/** The names of the offered tools, both ways. */
export function toolNames(tools: readonly Tool[]): ToolNames {
  const own = new Map(tools.map(({ name }) => [providerName(name), name]));
  return { toProvider: providerName, fromProvider: (name) => own.get(name) ?? name };
}

/** A name that fits stays; any other gets a digest of itself, so that no two become one. */
function providerName(name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 50)}_${digest}`;
}
