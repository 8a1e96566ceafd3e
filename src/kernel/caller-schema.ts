// A caller as it comes back from a record or a file: the door at which it is read.

import { z } from 'zod';
import type { Caller } from './types.ts';

const text = z.string();
const texts = z.array(text);

export const callerSchema: z.ZodType<Caller> = z.object({
  agent: text,
  session: text,
  run: text,
  requestedBy: text,
  sender: text,
  roles: texts,
  channel: text,
  trigger: text,
  labels: texts,
  spent: z.object({ calls: z.number(), tokens: z.number() }),
  workspace: text,
});
