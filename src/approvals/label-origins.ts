// Where the labels of a caller came from: the call of the same run that first brought each of them, as the ledger has it.

import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical.ts';
import type { Store } from '../kernel/store.ts';
import type { Caller } from '../kernel/types.ts';

/** A label and the call it came with; null where the run began with it. */
export interface LabelOrigin {
  readonly label: string;
  readonly call: { readonly id: string; readonly what: string } | null;
}

const finished = z.object({
  body: z.object({ call: z.string(), outcome: z.string(), labels: z.array(z.string()) }),
});
const intended = z.object({ body: z.object({ tool: z.string(), args: z.record(z.string(), z.json()) }) });

const pageRecords = 500;
const argumentLetters = 120;

/** Finds them for the labels that the caller carries. Records that cannot be read bring nothing. */
export async function labelOrigins(
  store: Pick<Store, 'records'>,
  { run, labels }: Pick<Caller, 'run' | 'labels'>,
): Promise<readonly LabelOrigin[]> {
  const found = new Map<string, LabelOrigin['call']>();
  if (labels.length > 0) {
    for await (const text of recordsOf(store, run, null, 'call-finished')) {
      const read = finished.safeParse(parsed(text));
      if (!read.success || read.data.body.outcome === 'refused') continue;
      const { call, labels: brought } = read.data.body;
      for (const label of brought) {
        if (labels.includes(label) && !found.has(label))
          found.set(label, { id: call, what: await whatOf(store, run, call) });
      }
      if (found.size === labels.length) break;
    }
  }
  return labels.map((label) => ({ label, call: found.get(label) ?? null }));
}

/** The call in a few words; they only remind, so the end of long arguments is left out, and says so. */
async function whatOf(store: Pick<Store, 'records'>, run: string, call: string): Promise<string> {
  for await (const text of recordsOf(store, run, call, 'call-intended')) {
    const read = intended.safeParse(parsed(text));
    if (!read.success) continue;
    const { tool, args } = read.data.body;
    const spelled = canonicalJson(args);
    return `${tool} ${spelled.length <= argumentLetters ? spelled : `${spelled.slice(0, argumentLetters)}...`}`;
  }
  return '';
}

async function* recordsOf(
  store: Pick<Store, 'records'>,
  run: string,
  call: string | null,
  type: string,
): AsyncIterable<string> {
  for (let from: number | null = null; ; ) {
    const query = { order: 'oldest-first', from, limit: pageRecords, type, run, call, digest: null } as const;
    const page = await store.records(query);
    for (const { text } of page) yield text;
    const last = page.at(-1);
    if (last === undefined) return;
    from = last.seq;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whether the ledger is sound is for `audit verify` to say; a damaged record tells nothing here.
    return null;
  }
}
