// What a process of the harness is told to do, as one argument.

import { z } from 'zod';

const orders = z.object({
  database: z.string(),
  /** File that effects go to. */
  effects: z.string(),
  /** Directory that keeps previews. */
  previews: z.string(),
  /** Runs at once; 0 to finish what is open instead of making new ones. */
  lanes: z.number(),
  firstPlan: z.number(),
  /** A step of `mines.ts`; '' for none. */
  mine: z.string(),
  mineTimes: z.number(),
  /** Does not wait for the disk. */
  isCareless: z.boolean(),
});
export type Orders = z.infer<typeof orders>;

export const readOrders = (text = ''): Orders => orders.parse(JSON.parse(text));
