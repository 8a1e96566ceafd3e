// Rules that nothing tries when the file loads, or that are tried on one side only.

import type { Finding, Seat } from './finding.ts';
import { patternsOf } from './patterns-of.ts';

/** Looks at the examples of one rule. */
export function checkExamples(seat: Seat): readonly Finding[] {
  const { matches, doesNotMatch } = seat.source;
  if (matches === undefined && doesNotMatch === undefined) {
    return [
      seat.find(
        'no-examples',
        'warning',
        ['id'],
        'it has no examples, so nothing tells whether it means what its author thought',
        'add `matches` with a real call, and `doesNotMatch` with the nearest one it must not cover',
      ),
    ];
  }
  const coversAll = patternsOf(seat.source).some(({ text }) => text === '*' || text === '**');
  if (doesNotMatch !== undefined || coversAll) return [];
  return [
    seat.find(
      'one-sided-examples',
      'note',
      ['matches'],
      'its examples say what it covers, and not where it ends',
      'add `doesNotMatch` with the nearest call it must not cover',
    ),
  ];
}
