// What may follow the questions of an approval: how far it reaches, which pattern is accepted, the code that proves it. Each
// at most once, and nothing else.

import type { AnswerScope } from '../../kernel/types.ts';
import { replyBounds, type SaidReply, type SaidScope } from './reply.ts';

/** What was said beside the questions. */
export type SaidTerms = Pick<Extract<SaidReply, { kind: 'approve' }>, 'scope' | 'pattern' | 'code'>;

/** Reads the words; a text that says which of them means nothing. */
export function readTerms(text: string): SaidTerms | string {
  let left = text
    .toLowerCase()
    .replace(/[\s,]+/g, ' ')
    .trim();
  let scope: SaidScope | null = null;
  let pattern = 0;
  let code = '';
  while (left !== '') {
    const [found = '', said] = firstTerm(left) ?? [];
    if (said === undefined) return `\`${shown(left)}\` means nothing there`;
    if (typeof said === 'string') return said;
    if ('scope' in said && scope === null) scope = said.scope;
    else if ('pattern' in said && pattern === 0) pattern = said.pattern;
    else if ('code' in said && code === '') code = said.code;
    else return `\`${shown(found.trim())}\` says the same thing a second time, or another`;
    left = left.slice(found.length).trimStart();
  }
  const reach = scope ?? { kind: 'once' };
  if (pattern > 0 && reach.kind === 'once') return 'a pattern needs to be told how far, such as `for 2h`';
  return { scope: reach, pattern, code };
}

type Term = { readonly scope: SaidScope } | { readonly pattern: number } | { readonly code: string } | string;

/** How each of them is written, and what it means; a text says that it asks for more than there is. */
const forms: readonly (readonly [RegExp, (match: readonly string[]) => Term])[] = [
  [/^once$/, () => ({ scope: { kind: 'once' } })],
  [/^(?:for )?(?:this|the) session$/, () => ({ scope: { kind: 'session' } })],
  [/^(?:for )?(\d{1,6}) ?(?:times|uses|x)$/, ([, count = '']) => usesTerm(Number(count))],
  [
    /^for (\d{1,6}) ?(s|m|h|d|sec|seconds?|min|minutes?|hours?|days?)$/,
    ([, count = '', unit = '']) => forTerm(Number(count), unit),
  ],
  [
    /^until (\d{1,2}):(\d{2})(z| utc)?$/,
    ([, hour = '', minute = '', zone = '']) => clockTerm(Number(hour), Number(minute), zone),
  ],
  [/^until (\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?z)$/, ([, moment = '']) => momentTerm(moment)],
  [
    /^pattern (\d)$/,
    ([, number = '']) => (number === '0' ? 'patterns are counted from 1' : { pattern: Number(number) }),
  ],
  [/^code (\d{6,8})$/, ([, digits = '']) => ({ code: digits })],
];

/** The longest beginning of the text, in whole words, that is one term. */
function firstTerm(text: string): readonly [string, Term] | undefined {
  const words = text.split(' ').slice(0, 3);
  for (let count = words.length; count > 0; count -= 1) {
    const begun = words.slice(0, count).join(' ');
    for (const [form, meaning] of forms) {
      const match = form.exec(begun);
      if (match !== null) return [begun, meaning(match)];
    }
  }
  return undefined;
}

function usesTerm(max: number): Term {
  const isFit = max >= 1 && max <= replyBounds.uses;
  return isFit
    ? { scope: max === 1 ? { kind: 'once' } : { kind: 'uses', max } }
    : `it can be used 1 to ${replyBounds.uses} times`;
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function forTerm(count: number, unit: string): Term {
  const ms = count * (unitMs[unit.charAt(0)] ?? Number.NaN);
  const isFit = ms >= replyBounds.scopeMsMin && ms <= replyBounds.scopeMs;
  return isFit ? { scope: { kind: 'for', ms } } : 'an approval lasts from one minute to 7 days';
}

const clockTerm = (hour: number, minute: number, zone: string): Term =>
  hour < 24 && minute < 60
    ? { scope: { kind: 'clock', hour, minute, zone: zone === '' ? 'local' : 'utc' } }
    : 'there is no such time of day';

function momentTerm(text: string): Term {
  const at = Date.parse(text.toUpperCase());
  // `2026-02-30` would be taken for a day of March.
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.slice(0, 10));
  return isReal ? { scope: { kind: 'until', at } } : 'there is no such moment';
}

/**
 * What was said, as of `now` (milliseconds since the epoch); a text that says why it cannot be. A time of day is one of today
 * and still to come: nobody has to guess whether tomorrow was meant.
 */
export function resolveScope(said: SaidScope, now: number): AnswerScope | string {
  const at = momentOf(said, now);
  if (at === null) return said.kind === 'session' || said.kind === 'uses' ? said : { kind: 'once' };
  if (at <= now) return 'that time has passed today: write `for 2h`, or the day as in `until 2026-12-31T18:00Z`';
  if (at > now + replyBounds.scopeMs) return 'an approval lasts 7 days at most';
  return { kind: 'until', at };
}

function momentOf(said: SaidScope, now: number): number | null {
  switch (said.kind) {
    case 'for':
      return now + said.ms;
    case 'until':
      return said.at;
    case 'clock': {
      const day = new Date(now);
      return said.zone === 'utc'
        ? day.setUTCHours(said.hour, said.minute, 0, 0)
        : day.setHours(said.hour, said.minute, 0, 0);
    }
    default:
      return null;
  }
}

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
