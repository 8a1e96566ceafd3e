// Which runtime a call's container gets.

import type { Grants } from '../../kernel/types.ts';
import type { Runtime } from './settings.ts';

/** What the rules say. */
export const runtimeOf = ({ runtime }: Grants): Runtime => runtime;
