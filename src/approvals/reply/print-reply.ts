// Spells replies as `parseReply` reads them: what is printed means what it was printed from.

import type { SaidReply, SaidScope } from './reply.ts';

/** The reply in the form that people are told to write. */
export function printReply(reply: SaidReply): string {
  const begun = `${reply.kind} ${reply.ids.join(' ')}`;
  switch (reply.kind) {
    case 'approve':
      return [
        begun,
        ...(reply.pattern === 0 ? [] : [`pattern ${reply.pattern}`]),
        ...(reply.scope.kind === 'once' ? [] : [printScope(reply.scope)]),
        ...(reply.code === '' ? [] : [`code ${reply.code}`]),
      ].join(' ');
    case 'decline':
      return reply.reason === '' ? begun : `${begun} ${reply.reason}`;
    case 'edit':
      return `${begun} ${JSON.stringify(reply.args)}`;
    case 'always':
      return begun;
    default:
      return reply satisfies never;
  }
}

/** How far an approval reaches, in the words of the grammar. */
export function printScope(scope: SaidScope): string {
  switch (scope.kind) {
    case 'once':
      return 'once';
    case 'session':
      return 'for this session';
    case 'uses':
      return `${scope.max} times`;
    case 'until':
      return `until ${new Date(scope.at).toISOString()}`;
    case 'for':
      return `for ${printDuration(scope.ms)}`;
    case 'clock':
      return `until ${twoDigits(scope.hour)}:${twoDigits(scope.minute)}${scope.zone === 'utc' ? 'Z' : ''}`;
    default:
      return scope satisfies never;
  }
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that fits without a rest; whole seconds. */
function printDuration(ms: number): string {
  const [letter, unit] = units.find(([, one]) => ms % one === 0) ?? ['s', 1_000];
  return `${Math.round(ms / unit)}${letter}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
