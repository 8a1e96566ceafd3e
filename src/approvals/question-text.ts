// The exact text a person is shown before answering. What always holds: nothing is cut, no character hides or imitates
// another, every value stands on a line that it cannot break, and the same question always reads the same.

import { canonicalJson } from '../kernel/canonical.ts';
import { describeEffect, quoted, visible } from '../kernel/describe.ts';
import type { Effect, Grants, Injection, Question, RuleReference } from '../kernel/types.ts';
import { rolesText } from './people.ts';

/** Writes the text. `redact` replaces the values of secrets; it sees every string before and after it is spelled. */
export function questionText(question: Omit<Question, 'text'>, redact: (text: string) => string): string {
  const { id, sealed, caller, deadline, callId } = redactedCopy(question, redact);
  const { action, decision, digest } = sealed;
  const { terms } = decision;
  const people = terms.count === 1 ? '1 person' : `${terms.count} different people`;
  const lines = [
    `approval ${id}: ${quoted(action.tool)} asks to run`,
    '',
    ...field('tool', [`${quoted(action.tool)} in ${withArticle(action.sandbox)}`]),
    ...field('arguments', JSON.stringify(action.args, null, 2).split('\n').map(visible)),
    ...field('effects', action.effects.map(effectLine)),
    ...field('grants', grantLines(decision.grants)),
    ...field('labels', [caller.labels.map(quoted).join(' ') || 'none']),
    ...field('rules', decision.rules.map(ruleLine)),
    ...field('because', [oneLine(decision.because)]),
    ...field('asked by', [
      `${oneLine(caller.requestedBy)} (agent ${oneLine(caller.agent)}) through ${oneLine(caller.channel)}`,
      `session ${oneLine(caller.session)}, run ${oneLine(caller.run)}, call ${oneLine(callId)}`,
    ]),
    ...field('workspace', [quoted(action.workspace)]),
    ...field('needs', [`${people} with ${oneLine(rolesText(terms))}, by ${new Date(deadline).toISOString()}`]),
    ...field('policy', [oneLine(decision.policyDigest)]),
    ...field('digest', [digest]),
    ...field('fingerprint', [fingerprint(digest)]),
  ];
  return redact(lines.join('\n'));
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

/** Canonical, so that keys are in order; the reviver sees every string value. */
const redactedCopy = (question: Omit<Question, 'text'>, redact: (text: string) => string): Omit<Question, 'text'> =>
  JSON.parse(canonicalJson(question), (_key, leaf) => (typeof leaf === 'string' ? redact(leaf) : leaf));

const effectLine = (effect: Effect): string =>
  describeEffect(effect) + (effect.standing === 'implied' ? '   (comes with it)' : '');

function grantLines(grants: Grants): string[] {
  const list = (name: string, entries: readonly string[]): string[] =>
    entries.length === 0 ? [] : [`${name} ${entries.map(quoted).join(' ')}`];
  const { wallMs, memoryMiB, pids, cpus, outputBytes } = grants.limits;
  return [
    ...list('read', grants.read),
    ...list('write', grants.write),
    ...list('but not read', grants.exceptRead),
    ...list('but not write', grants.exceptWrite),
    ...list('connect', grants.connect),
    ...list('but not connect', grants.exceptConnect),
    ...list('secret', grants.secrets),
    ...grants.inject.map(injectionLine),
    `limits ${wallMs} ms, ${memoryMiB} MiB of memory, ${pids} processes, ${cpus} cpus, ${outputBytes} bytes of output`,
  ];
}

const injectionLine = ({ secret, host, port, header }: Injection): string =>
  `secret ${quoted(secret)} as the header ${quoted(header)} to ${quoted(`${host}:${port}`)}`;

const ruleLine = ({ verdict, policy, rule, because }: RuleReference): string =>
  `${verdict} by ${oneLine(policy)}/${oneLine(rule)}: ${oneLine(because)}`;

/** Text from a rule or a caller on one line. */
const oneLine = (text: string): string => visible(text.replace(/[\r\n]+/g, ' '));

const withArticle = (sandbox: string): string => (sandbox === 'isolate' ? 'an isolate' : `a ${sandbox}`);
