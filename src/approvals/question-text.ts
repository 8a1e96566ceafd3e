// The exact text a person is shown before answering. What always holds: nothing of the action is cut, no character hides or
// imitates another, every value stands on a line that it cannot break, and the same question always reads the same. Only what
// nobody opens by answering (closed patterns, the end of a long preview) is counted instead of shown, and shown to who asks.

import { canonicalJson } from '../kernel/canonical.ts';
import { describeEffect, quoted, visible } from '../kernel/describe.ts';
import { operatorRole } from '../kernel/terms.ts';
import type { ApprovalTerms, Effect, FileContent, Question, RuleReference, SealedAction } from '../kernel/types.ts';
import { answerFields } from './answers-text.ts';
import { fullGrants, grantFields } from './grants-text.ts';
import type { LabelOrigin } from './label-origins.ts';
import { rolesText } from './people.ts';
import { fullPreview, previewFields } from './preview-text.ts';
import { field, oneLine, spellDuration, spellMoment } from './text-fields.ts';

/** What is known about a question beside itself. */
export interface KnownBeside {
  /** Where the labels of the caller came from. */
  readonly origins: readonly LabelOrigin[];
  /** The words of the pattern that is offered; null for none. */
  readonly words: readonly string[] | null;
}

export const nothingKnown: KnownBeside = Object.freeze({ origins: [], words: null });

/** Writes the text. `redact` replaces the values of secrets; it sees every string before and after it is spelled. */
export function questionText(
  question: Omit<Question, 'text'>,
  redact: (text: string) => string,
  known: KnownBeside = nothingKnown,
): string {
  const copy = redactedCopy(question, redact);
  const { id, sealed, preview, caller, deadline, callId, replaces, editedBy, batch } = copy;
  const { action, decision, digest } = sealed;
  const lines = [
    `approval ${id}: ${quoted(action.tool)} asks to run`,
    '',
    ...(replaces === ''
      ? []
      : field('replaces', [`${oneLine(replaces)}: the call is another one now, so it is asked anew`])),
    ...(editedBy === ''
      ? []
      : field('edited by', [`${oneLine(editedBy)}: the arguments are not those that the model chose`])),
    ...(batch === '' ? [] : field('plan', [`${oneLine(batch)}: whoever answers that answers every call of it`])),
    ...field('tool', [`${quoted(action.tool)} in ${withArticle(action.sandbox)}`]),
    ...field('arguments', JSON.stringify(action.args, null, 2).split('\n').map(visible)),
    ...field('effects', action.effects.map(effectLine)),
    ...(sealed.contents.length === 0 ? [] : field('it reads', sealed.contents.map(contentLine))),
    ...(sealed.image === '' ? [] : field('image', [oneLine(sealed.image)])),
    ...grantFields(id, decision.grants),
    ...field('labels', labelLines(caller.labels, known.origins)),
    ...fileLabelFields(sealed),
    ...field('rules', decision.rules.map(ruleLine)),
    ...field('because', [oneLine(decision.because)]),
    ...previewFields(id, sealed.changes, preview),
    ...field('asked by', [
      `${oneLine(caller.requestedBy)} (agent ${oneLine(caller.agent)}) through ${oneLine(caller.channel)}`,
      ...(caller.sender === '' ? [] : [`for ${oneLine(caller.sender)}`]),
      `session ${oneLine(caller.session)}, run ${oneLine(caller.run)}, call ${oneLine(callId)}`,
    ]),
    ...field('workspace', [quoted(action.workspace)]),
    ...field('needs', needLines(decision.terms, deadline)),
    ...field('policy', [oneLine(decision.policyDigest)]),
    ...field('digest', [digest]),
    ...field('fingerprint', [fingerprint(digest)]),
    ...answerFields(copy, known.words),
  ];
  return redact(lines.join('\n'));
}

/** What the text counts instead of showing; empty if it shows everything. */
export function fullText(question: Pick<Question, 'sealed' | 'preview'>): string {
  return [fullGrants(question).join('\n'), fullPreview(question).trimEnd()].filter((part) => part !== '').join('\n\n');
}

const contentLine = ({ path, content }: FileContent): string => `${quoted(path)} ${oneLine(content)}`;

/** The first 8 bytes of a digest as four groups of four hex digits, to compare by eye. */
export function fingerprint(digest: string): string {
  const groups = /^sha256:(.{4})(.{4})(.{4})(.{4})/.exec(digest);
  return groups === null ? visible(digest) : groups.slice(1).join('-');
}

/** Canonical, so that keys are in order; the reviver sees every string value. */
const redactedCopy = (question: Omit<Question, 'text'>, redact: (text: string) => string): Omit<Question, 'text'> =>
  JSON.parse(canonicalJson(question), (_key, leaf) => (typeof leaf === 'string' ? redact(leaf) : leaf));

const effectLine = (effect: Effect): string =>
  describeEffect(effect) + (effect.standing === 'implied' ? '   (comes with it)' : '');

/** Each label with the call that brought it. */
function labelLines(labels: readonly string[], origins: readonly LabelOrigin[]): readonly string[] {
  if (labels.length === 0) return ['none'];
  if (origins.length === 0) return [labels.map(quoted).join(' ')];
  return labels.map((label) => {
    const call = origins.find((origin) => origin.label === label)?.call ?? null;
    const from = call === null ? 'from before this run' : `from call ${oneLine(call.id)}: ${oneLine(call.what)}`;
    return `${quoted(label)}   ${from}`;
  });
}

/** Labels of what the call reads, and of what comes back. */
function fileLabelFields({ inputs, decision }: SealedAction): string[] {
  return [
    ...(inputs.length === 0
      ? []
      : field('its files', [`carry ${inputs.map(quoted).join(' ')} (\`sallyport labels list\`)`])),
    ...(decision.labels.length === 0
      ? []
      : field('its result', [`will carry ${decision.labels.map(quoted).join(' ')}`])),
  ];
}

function needLines(terms: ApprovalTerms, deadline: number): readonly string[] {
  const people = terms.count === 1 ? '1 person' : `${terms.count} different people`;
  const operators =
    terms.operatorsMin === 0
      ? []
      : [`and ${terms.operatorsMin} with the role \`${operatorRole}\`, who may be the same`];
  const proof = {
    none: [],
    code: ['each with a code of their own'],
    signature: ['each with a signature of their own'],
  };
  const later = terms.escalate.map(
    ({ afterMs, roles }) =>
      `after ${spellDuration(afterMs)} also from ${roles.map((role) => `\`${oneLine(role)}\``).join(', ')}`,
  );
  const who = [`${people} with ${oneLine(rolesText(terms))}`, ...operators, ...proof[terms.stepUp]].join(', ');
  return [`${who}, by ${spellMoment(deadline)}`, ...later];
}

const ruleLine = ({ verdict, policy, rule, because }: RuleReference): string =>
  `${verdict} by ${oneLine(policy)}/${oneLine(rule)}: ${oneLine(because)}`;

const withArticle = (sandbox: string): string => (sandbox === 'isolate' ? 'an isolate' : `a ${sandbox}`);
