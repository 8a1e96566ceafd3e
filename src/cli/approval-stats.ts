// `sallyport approvals stats`: whether people still look at what they approve.

import { spellDuration } from '../approvals/text-fields.ts';
import {
  measureVigilance,
  type PersonVigilance,
  type Vigilance,
  vigilanceTypes,
} from '../approvals/vigilance/vigilance.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { momentOf } from './history.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText, type Screen } from './screen.ts';

/** Reads the ledger, or the part of it since a moment. */
export function approvalStats(options: { readonly since?: string }): Action {
  const from = options.since === undefined ? 0 : momentOf(options.since, Date.now());
  return async ({ settings, screen, signal }) => {
    const { store, ledger } = await openLedger(settings.home, systemClock);
    try {
      const all = ledger.records({ order: 'oldest-first', types: vigilanceTypes, from: null, run: null });
      const found = await measureVigilance(since(all, from, signal));
      if (screen.isJson) screen.result(jsonText(found));
      else screen.result(harmless(statsText(found, screen)));
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

async function* since<T extends { readonly at: number }>(
  records: AsyncIterable<T>,
  from: number,
  signal: AbortSignal,
): AsyncIterable<T> {
  for await (const record of records) {
    signal.throwIfAborted();
    if (record.at >= from) yield record;
  }
}

const daysShown = 14;

function statsText({ prompts, standingUses, ends, days, people, repeated }: Vigilance, { colours }: Screen): string {
  if (prompts + standingUses === 0) return 'nobody was asked anything yet';
  const told = Object.entries(ends).flatMap(([end, count]) => (count === 0 ? [] : [`${count} ${end}`]));
  return [
    `${colours.bold(counted(prompts, 'question'))}${told.length === 0 ? '' : `: ${told.join(', ')}`}; ${standingUses} more answered by standing approvals`,
    ...section('answers', people.map(personLine), colours.bold),
    ...section(
      'a day',
      days.slice(-daysShown).map(({ day, prompts: asked, answers }) => {
        const by = Object.entries(answers).map(([person, count]) => `${person} ${count}`);
        return `${day}  ${counted(asked, 'question')}${by.length === 0 ? '' : `, answered by ${by.join(', ')}`}`;
      }),
      colours.bold,
    ),
    ...section(
      'approved again and again: each wants a rule',
      repeated.map(({ tool, approvals, last }) => `${approvals} times  ${tool}  sallyport approvals always ${last}`),
      colours.bold,
    ),
  ].join('\n');
}

function personLine({ person, approved, declined, edited, p50Ms, p90Ms, hasty }: PersonVigilance): string {
  const times =
    p50Ms === null || p90Ms === null ? '' : `; half within ${spellMs(p50Ms)}, 9 of 10 within ${spellMs(p90Ms)}`;
  const quick = hasty === 0 ? '' : `; ${counted(hasty, 'approval')} in under 2 s`;
  return `${person}  ${approved} approved, ${declined} declined, ${edited} edited${times}${quick}`;
}

const section = (title: string, lines: readonly string[], bold: (text: string) => string): readonly string[] =>
  lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${line}`)];

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const spellMs = (ms: number): string => (ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : spellDuration(ms));
