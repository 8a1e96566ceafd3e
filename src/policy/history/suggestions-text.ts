// Suggestions as a policy file that loads: each rule with its evidence, how far it would have reached, and what has to be
// changed so that it takes effect. What would have allowed something that people declined is only there as a comment.

import { visible } from '../../kernel/describe.ts';
import type { Blast } from './blast.ts';
import type { Blocked, Evidence, Suggestion, Suggestions } from './suggest.ts';

/** The whole file; `looked` says what it was made from. */
export function suggestionsText(found: Suggestions, looked: string): string {
  const { suggestions, blocked } = found;
  const safe = suggestions.filter(({ blast }) => blast.declined === 0);
  const risky = suggestions.filter(({ blast }) => blast.declined > 0);
  const rules = safe.map((one) => `${comments(notesOf(one), '  ')}\n${one.text}\n`);
  return [
    `${comments([...headOf(looked, safe.length, found)], '')}`,
    'policy: suggested',
    rules.length === 0 ? 'rules: []' : `rules:\n${rules.join('\n')}`,
    ...risky.map((one) =>
      comments(
        [
          '',
          'Not written as a rule: it would have allowed what people declined.',
          ...notesOf(one),
          ...one.text.split('\n'),
        ],
        '',
      ),
    ),
    ...blocked.map((one) => comments(['', ...blockedNotes(one)], '')),
    '',
  ].join('\n');
}

function headOf(looked: string, count: number, { conditional, unsuitable }: Suggestions): readonly string[] {
  return [
    `From what people approved again and again: ${looked}.`,
    ...(count === 0
      ? ['Nothing was approved often enough, or no rule could open it.']
      : [
          'Read each rule before you use it. A file of its own would be one more layer, which only tightens: copy a rule, with',
          'the exception it needs, into the file that is named above it, or let --amended write copies with all of them.',
        ]),
    ...(conditional === 0
      ? []
      : [
          `${conditional} approved calls were left out: the rules ask only under conditions, such as labels, or show a preview.`,
        ]),
    ...(unsuitable === 0
      ? []
      : [
          `${unsuitable} approved calls were left out: a rule would open more than people saw, as with messages and secrets.`,
        ]),
  ];
}

function notesOf({ exceptions, paths, blast, warnings, ...evidence }: Suggestion): readonly string[] {
  return [
    evidenceText(evidence),
    `It would have allowed ${blastText(blast)}.`,
    ...warnings.map((text) => `Mind that ${text}.`),
    `For ${paths.join(' and ')}. An ask beats an allow, so it needs there:`,
    ...exceptions.map(({ rule, path, line, text }) => `  in rule ${rule} (${path}:${line})  ${text}`),
    exceptions.every(({ isFirst }) => isFirst)
      ? 'When the last day is over, people are asked as before.'
      : 'The exception joins others that do not end that day: after it, the commands are denied until it is taken out.',
  ];
}

function blockedNotes({ patterns, because, ...evidence }: Blocked): readonly string[] {
  return [`No rule for ${patterns.join(', ')}`, evidenceText(evidence), `Why not: ${because}.`];
}

const evidenceText = ({ approvals, by }: Evidence): string =>
  approvals === 0 ? `Asked for by ${by.join(', ')}.` : `Approved ${approvals} times, by ${by.join(', ')}.`;

/** `14 past calls, 2 of which were declined`. */
export function blastText({ calls, approved, declined, unanswered, refused, agents }: Blast): string {
  const parts = [
    [approved, 'approved'],
    [declined, 'declined'],
    [unanswered, 'not answered'],
    [refused, 'refused'],
  ] as const;
  const told = parts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const whose = agents.length === 0 ? '' : ` by ${agents.join(', ')}`;
  return `${calls} past ${calls === 1 ? 'call' : 'calls'}${whose}${told.length === 0 ? '' : `: ${told.join(', ')}`}`;
}

const comments = (lines: readonly string[], indent: string): string =>
  lines.map((line) => `${indent}# ${visible(line)}`.trimEnd()).join('\n');
