// What a question shows of the grants. All that is opened is named. Of what stays closed within it, which nobody opens by
// answering, a few are named and the rest is counted; whoever asks gets all of it.

import { quoted } from '../kernel/describe.ts';
import type { Grants, Injection, Question } from '../kernel/types.ts';
import { field } from './text-fields.ts';

/** More closed patterns than this are counted. */
const closedShown = 5;

/** The grants of the action, for its question. */
export function grantFields(id: string, grants: Grants): string[] {
  const { wallMs, memoryMiB, pids, cpus, outputBytes } = grants.limits;
  return field('grants', [
    ...list('read', grants.read),
    ...list('write', grants.write),
    ...list('connect', grants.connect),
    ...list('secret', grants.secrets),
    ...grants.inject.map(injectionLine),
    ...(grants.image === '' ? [] : [`image ${quoted(grants.image)}`]),
    `limits ${wallMs} ms, ${memoryMiB} MiB of memory, ${pids} processes, ${cpus} cpus, ${outputBytes} bytes of output`,
    ...closedOf(grants).flatMap(([name, patterns]) => closedLines(id, name, patterns)),
  ]);
}

/** Every pattern that stays closed, under its name; empty if there are none. */
export const fullGrants = ({ sealed }: Pick<Question, 'sealed'>): readonly string[] =>
  closedOf(sealed.decision.grants).flatMap(([name, patterns]) =>
    patterns.length === 0 ? [] : [`${name}:`, ...patterns.map((pattern) => `  ${quoted(pattern)}`)],
  );

const closedOf = (grants: Grants): readonly (readonly [string, readonly string[]])[] => [
  ['but not read', grants.exceptRead],
  ['but not write', grants.exceptWrite],
  ['but not connect', grants.exceptConnect],
];

const list = (name: string, entries: readonly string[]): string[] =>
  entries.length === 0 ? [] : [`${name} ${entries.map(quoted).join(' ')}`];

function closedLines(id: string, name: string, patterns: readonly string[]): string[] {
  if (patterns.length <= closedShown) return list(name, patterns);
  const some = patterns.slice(0, closedShown).map(quoted).join(' ');
  const rest = patterns.length - closedShown;
  return [`${name} ${some} and ${rest} more: \`sallyport approvals show ${id} --full\``];
}

const injectionLine = ({ secret, host, port, header }: Injection): string =>
  `secret ${quoted(secret)} as the header ${quoted(header)} to ${quoted(`${host}:${port}`)}`;
