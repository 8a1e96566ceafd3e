// One line of standard error that is written over, where a person watches.

import type { Screen } from './screen.ts';

/** Says what is being done; `end` takes the line away. */
export interface Progress {
  readonly say: (doing: string) => void;
  readonly end: () => void;
}

/** Progress on the terminal; nothing where there is none, or a script listens. */
export function progressOn({ isJson }: Screen): Progress {
  const { stderr } = process;
  if (stderr.isTTY !== true || isJson) return { say: () => {}, end: () => {} };
  const write = (text: string) => void stderr.write(`\r\u001b[K${text}`);
  return { say: (doing) => write(doing.slice(-Math.max(20, (stderr.columns ?? 80) - 1))), end: () => write('') };
}
