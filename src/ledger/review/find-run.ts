// Finds the records of a run, and of the runs that its calls set off. A run that a call of another set off names both in
// `parent: {run, call}` of its `run-started`.

import { textAt } from '../body.ts';
import type { LedgerReader } from '../ledger.ts';
import type { LedgerRecord } from '../record.ts';
import { readStory, runOf } from './read-story.ts';
import type { RunStory } from './story.ts';

/** Records of one run that are read; its limits make far fewer. */
const recordsMax = 200_000;
const pageRecords = 2_000;
/** Runs within runs. */
const depthMax = 8;

/** What is read of the ledger here. */
export type RunSource = Pick<LedgerReader, 'list' | 'show'>;

/**
 * The story of a run, with those of the runs in it; null if there is no record of it. `key` is its id, or the number, call id or
 * digest of one of its records; a call id of several runs is that of the newest.
 */
export async function findRun(ledger: RunSource, key: string): Promise<RunStory | null> {
  const story = await findStory(ledger, key, 0);
  if (story !== null) return story;
  const found = (await ledger.show(key)).map(({ body }) => runOf(body)).filter((run) => run !== '');
  const run = found.at(-1);
  return run === undefined ? null : findStory(ledger, run, 0);
}

async function findStory(ledger: RunSource, run: string, depth: number): Promise<RunStory | null> {
  const records = await recordsOf(ledger, run);
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return null;
  const children = new Map<string, RunStory[]>();
  if (depth < depthMax) {
    for (const started of await startedWithin(ledger, first.seq, last.seq)) {
      if (textAt(started.body, 'parent', 'run') !== run) continue;
      const child = await findStory(ledger, runOf(started.body), depth + 1);
      const call = textAt(started.body, 'parent', 'call');
      if (child !== null) children.set(call, [...(children.get(call) ?? []), child]);
    }
  }
  return readStory(records, children);
}

async function recordsOf(ledger: RunSource, run: string): Promise<readonly LedgerRecord[]> {
  const keys = { type: null, run, call: null, digest: null };
  const found: LedgerRecord[] = [];
  for (let before: number | null = null; found.length < recordsMax; ) {
    const page: readonly LedgerRecord[] = await ledger.list({ limit: pageRecords, before, ...keys });
    found.push(...page);
    if (page.length < pageRecords) break;
    before = page.at(-1)?.seq ?? 0;
  }
  return found.reverse();
}

/** Records of runs that started between two others, oldest first. */
async function startedWithin(ledger: RunSource, first: number, last: number): Promise<readonly LedgerRecord[]> {
  const keys = { type: 'run-started', run: null, call: null, digest: null };
  const found: LedgerRecord[] = [];
  for (let before = last; ; ) {
    const page = await ledger.list({ limit: pageRecords, before, ...keys });
    const inside = page.filter(({ seq }) => seq > first);
    found.push(...inside.filter(({ body }) => textAt(body, 'parent', 'run') !== ''));
    if (inside.length < pageRecords) return found.reverse();
    before = inside.at(-1)?.seq ?? first;
  }
}
