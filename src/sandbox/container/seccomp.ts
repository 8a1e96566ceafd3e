// The system calls of containers, as the engine wants them: `seccomp.json` beside this file, in one line, remarks left out.

import { readFileSync } from 'node:fs';

let known: string | undefined;

/** The profile's text for the engine's `seccomp=`; read once. */
export function seccompProfile(): string {
  known ??= JSON.stringify(
    JSON.parse(readFileSync(new URL('seccomp.json', import.meta.url), 'utf8'), (key, value) =>
      key === 'comment' ? undefined : value,
    ),
  );
  return known;
}
