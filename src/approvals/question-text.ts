// The exact text a person is shown before answering. What always holds: nothing is cut, no character hides or imitates
// another, every value stands on a line that it cannot break, and the same question always reads the same.

import { canonicalJson } from '../kernel/canonical.ts';
import { describeEffect, quoted, visible } from '../kernel/describe.ts';
import type { Effect, Grants, Question, RuleReference } from '../kernel/types.ts';
import { rolesText } from './people.ts';

/** Writes the text. `redact` replaces the values of secrets; it sees every string before it is spelled. */
export function questionText(question: Omit<Question, 'text'>, redact: (text: string) => string): string {
  const { id, sealed, caller, deadline, callId } = question;
  const { action, decision, digest } = sealed;
  const say = (text: string): string => oneLine(redact(text));
  const { terms } = decision;
  const people = terms.count === 1 ? '1 person' : `${terms.count} different people`;
  return [
    `approval ${id}: ${quoted(redact(action.tool))} asks to run`,
    '',
    ...field('tool', [`${quoted(redact(action.tool))} in ${withArticle(action.sandbox)}`]),
    ...field('arguments', argumentLines(action.args, redact)),
    ...field(
      'effects',
      action.effects.map((effect) => effectLine(effect, redact)),
    ),
    ...field('grants', grantLines(decision.grants, redact)),
    ...field('labels', [caller.labels.map((label) => quoted(redact(label))).join(' ') || 'none']),
    ...field(
      'rules',
      decision.rules.map((rule) => ruleLine(rule, say)),
    ),
    ...field('because', [say(decision.because)]),
    ...field('asked by', [
      `${say(caller.requestedBy)} (agent ${say(caller.agent)}) through ${say(caller.channel)}`,
      `session ${say(caller.session)}, run ${say(caller.run)}, call ${say(callId)}`,
    ]),
    ...field('workspace', [quoted(action.workspace)]),
    ...field('needs', [`${people} with ${visible(rolesText(terms))}, by ${new Date(deadline).toISOString()}`]),
    ...field('policy', [decision.policyDigest]),
    ...field('digest', [digest]),
    ...field('fingerprint', [fingerprint(digest)]),
  ].join('\n');
}

/** The first 8 bytes of a digest as four groups of four hex digits, to compare by eye. */
export function fingerprint(digest: string): string {
  const groups = /^sha256:(.{4})(.{4})(.{4})(.{4})/.exec(digest);
  return groups === null ? visible(digest) : groups.slice(1).join('-');
}

const indent = '             ';

/** A name and its lines, aligned. Longer values simply make longer lines. */
const field = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => (index === 0 ? `${name.padEnd(indent.length)}${line}` : `${indent}${line}`));

/** Pretty canonical JSON; strings keep to their line because JSON escapes line ends. */
function argumentLines(args: Question['sealed']['action']['args'], redact: (text: string) => string): string[] {
  const sorted: unknown = JSON.parse(canonicalJson(args), (_key, leaf) =>
    typeof leaf === 'string' ? redact(leaf) : leaf,
  );
  return JSON.stringify(sorted, null, 2).split('\n').map(visible);
}

const effectLine = (effect: Effect, redact: (text: string) => string): string =>
  oneLine(redact(describeEffect(effect))) + (effect.standing === 'implied' ? '   (comes with it)' : '');

function grantLines(grants: Grants, redact: (text: string) => string): string[] {
  const list = (name: string, entries: readonly string[]): string[] =>
    entries.length === 0 ? [] : [`${name} ${entries.map((entry) => quoted(redact(entry))).join(' ')}`];
  const { wallMs, memoryMiB, pids, cpus, outputBytes } = grants.limits;
  return [
    ...list('read', grants.read),
    ...list('write', grants.write),
    ...list('but not read', grants.exceptRead),
    ...list('but not write', grants.exceptWrite),
    ...list('connect', grants.connect),
    ...list('secret', grants.secrets),
    `limits ${wallMs} ms, ${memoryMiB} MiB of memory, ${pids} processes, ${cpus} cpus, ${outputBytes} bytes of output`,
  ];
}

const ruleLine = ({ verdict, policy, rule, because }: RuleReference, say: (text: string) => string): string =>
  `${verdict} by ${say(policy)}/${say(rule)}: ${say(because)}`;

/** Text from a rule or a caller on one line. */
const oneLine = (text: string): string => visible(text.replace(/[\r\n]+/g, ' '));

const withArticle = (sandbox: string): string => (sandbox === 'isolate' ? 'an isolate' : `a ${sandbox}`);
