// What became of a run that another process began, as its records tell it.

import type { Store } from '../kernel/store.ts';
import { textAt } from './body.ts';
import { parseRecord } from './record.ts';

/** How a run stands: nobody recorded its beginning, it has its end, or it is open. */
export type RunFate =
  | { readonly kind: 'never-began' }
  | { readonly kind: 'over'; readonly phase: 'end' | 'error' | 'aborted'; readonly because: string }
  | { readonly kind: 'open' };

/** Reads it; ask once the runs of dead processes have their ends on record. */
export async function runFate(store: Pick<Store, 'records'>, run: string): Promise<RunFate> {
  const query = { order: 'newest-first', from: null, limit: 1, run, call: null, digest: null } as const;
  const [ended] = await store.records({ ...query, type: 'run-ended' });
  if (ended !== undefined) {
    const { body } = parseRecord(ended.text);
    const phase = textAt(body, 'phase');
    const because = textAt(body, 'because');
    return { kind: 'over', phase: phase === 'end' || phase === 'aborted' ? phase : 'error', because };
  }
  return (await store.records({ ...query, type: 'run-started' })).length > 0
    ? { kind: 'open' }
    : { kind: 'never-began' };
}
