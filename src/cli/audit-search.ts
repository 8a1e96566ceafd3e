// `sallyport audit search`: records by what they say. The index is brought up to the ledger first.

import { systemClock } from '../kernel/system-clock.ts';
import { type CatchingUp, catchUp } from '../ledger/search/catch-up.ts';
import { parseQuery, QueryError } from '../ledger/search/query.ts';
import { type Hit, searchRecords } from '../ledger/search/search.ts';
import { recordLine } from './audit.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { withSearchIndex } from './open-search.ts';
import { progressOn } from './progress.ts';
import { harmless, jsonText, oneLine, type Screen, tellOn } from './screen.ts';

const hitsMax = 10_000;

/** `audit search`: newest first, each with the line that matched. */
export function searchLedger(texts: readonly string[], options: { limit: string }): Action {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > hitsMax) {
    throw new UsageError(`could not use \`--limit ${options.limit}\`: give a whole number from 1 to ${hitsMax}`);
  }
  return async ({ settings, screen, signal }) => {
    const query = queryOf(texts);
    const { store } = await openLedger(settings.home, systemClock);
    const progress = progressOn(screen);
    try {
      const { hits, isCut } = await withSearchIndex(settings.home, async (index) => {
        const estimate = estimator(systemClock.now());
        await catchUp(index, store, (far) => progress.say(indexing(far, estimate(far, systemClock.now()))), signal);
        progress.end();
        return searchRecords(index, store, query, limit);
      });
      for (const remark of query.remarks) tellOn(screen)(remark);
      if (screen.isJson) screen.result(jsonText(hits.map(({ record, where }) => ({ ...record, where }))));
      else for (const hit of hits) screen.result(hitLines(hit, screen));
      if (hits.length === 0) screen.note('no records\n');
      if (isCut) screen.note(`there are more: --limit shows them, or say more words, e.g. since:1d\n`);
      return exitCode.done;
    } finally {
      progress.end();
      await store.close();
    }
  };
}

function queryOf(texts: readonly string[]) {
  try {
    return parseQuery(texts.join(' '), systemClock.now());
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

const indexing = ({ done, of }: CatchingUp, left: string): string =>
  `making the search index, once: ${done.toLocaleString('en')} of ${of.toLocaleString('en')} records${left}`;

/** How long catching up takes from here, from how long it took so far; '' until that can be told. Times in milliseconds. */
export function estimator(startedAt: number): (far: CatchingUp, now: number) => string {
  let first: { readonly done: number; readonly at: number } | null = null;
  return ({ done, of }, now) => {
    first ??= { done, at: now };
    const [records, ms] = [done - first.done, now - first.at];
    if (records === 0 || now - startedAt < knownAfterMs) return '';
    const seconds = Math.ceil(((of - done) * ms) / records / 1_000);
    return seconds < 90 ? `, about ${seconds} s left` : `, about ${Math.ceil(seconds / 60)} min left`;
  };
}

/** Guesses from less are wild. */
const knownAfterMs = 1_000;

function hitLines({ record, where }: Hit, screen: Screen): string {
  const { colours, columns } = screen;
  const line = recordLine(record, screen);
  if (where === null) return line;
  const place = oneLine(where.place, 40);
  const space = Math.max(20, columns - place.length - 14);
  const before = oneLine(where.before, 44);
  const match = oneLine(where.match, space);
  const after = oneLine(where.after, Math.max(4, space - before.length - match.length - 2));
  const gap = (text: string, side: RegExp) => (side.test(harmless(text)) ? ' ' : '');
  const shown = `${before}${gap(where.before, /\s$/)}${colours.bold(colours.yellow(match))}${gap(where.after, /^\s/)}${after}`;
  return `${line}\n        ${colours.dim(place)}  ${shown}`;
}
