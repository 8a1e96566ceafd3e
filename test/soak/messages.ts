// What a soak and the kernel that it drives say to each other.

import type { CallResult } from '../../src/kernel/types.ts';
import type { PlannedCall } from './planned-calls.ts';

/** From the soak to the kernel. */
export type Order = { readonly kind: 'call'; readonly call: PlannedCall } | { readonly kind: 'gauge' | 'close' };

/** What a kernel process uses while no call runs. */
export interface Gauge {
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly files: number;
}

/** From the kernel to the soak. */
export type Report =
  | { readonly kind: 'ready'; readonly instance: string }
  | {
      readonly kind: 'ended';
      readonly id: string;
      readonly outcome: CallResult['outcome'] | 'threw';
      readonly because: string;
    }
  | { readonly kind: 'gauge'; readonly gauge: Gauge };
