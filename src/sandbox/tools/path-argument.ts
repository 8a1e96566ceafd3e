// The argument that names a file, as every tool spells it.

import { z } from 'zod';

/** A path, relative to the workspace or absolute. */
export const pathArgument = (description: string) =>
  z
    .string()
    .min(1)
    .max(4_096)
    .refine((path) => !path.includes('\0'), 'a path has no NUL')
    .describe(description);
