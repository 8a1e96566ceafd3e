// Which runtime a call's container gets.

import type { Grants } from '../../kernel/types.ts';
import type { Runtime } from './settings.ts';

/** The engine's own, until rules can say otherwise. */
export const runtimeOf = (_grants: Grants): Runtime => 'runc';
