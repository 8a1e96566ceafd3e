// The exact text a person is shown before answering. What always holds: nothing of the action is cut, no character hides or
// imitates another, every value stands on a line that it cannot break, and the same question always reads the same. Of what a
// preview printed and changed the beginning is shown, with the number of lines that are not; its digest covers all of it.

import { canonicalJson } from '../kernel/canonical.ts';
import { describeEffect, quoted, visible } from '../kernel/describe.ts';
import type {
  ChangeSet,
  Effect,
  FileContent,
  Grants,
  Injection,
  Question,
  RuleReference,
  ShownPreview,
} from '../kernel/types.ts';
import { rolesText } from './people.ts';

/** Writes the text. `redact` replaces the values of secrets; it sees every string before and after it is spelled. */
export function questionText(question: Omit<Question, 'text'>, redact: (text: string) => string): string {
  const { id, sealed, preview, caller, deadline, callId } = redactedCopy(question, redact);
  const { action, decision, digest } = sealed;
  const { terms } = decision;
  const people = terms.count === 1 ? '1 person' : `${terms.count} different people`;
  const lines = [
    `approval ${id}: ${quoted(action.tool)} asks to run`,
    '',
    ...field('tool', [`${quoted(action.tool)} in ${withArticle(action.sandbox)}`]),
    ...field('arguments', JSON.stringify(action.args, null, 2).split('\n').map(visible)),
    ...field('effects', action.effects.map(effectLine)),
    ...(sealed.contents.length === 0 ? [] : field('it reads', sealed.contents.map(contentLine))),
    ...field('grants', grantLines(decision.grants)),
    ...field('labels', [caller.labels.map(quoted).join(' ') || 'none']),
    ...field('rules', decision.rules.map(ruleLine)),
    ...field('because', [oneLine(decision.because)]),
    ...previewFields(id, sealed.changes, preview),
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

const contentLine = ({ path, content }: FileContent): string => `${quoted(path)} ${oneLine(content)}`;

const shownMax = { diffLines: 200, diffLetters: 24_000, printedLines: 20, printedLetters: 2_000 };

/** What the call did on a copy: it is done with that, and approving puts exactly these changes in place. */
function previewFields(id: string, changes: ChangeSet | null, preview: ShownPreview | null): string[] {
  if (changes === null || preview === null) return [];
  const { length } = changes.files;
  const count = length === 0 ? 'no file' : length === 1 ? '1 file' : `${length} files`;
  const printed = preview.output.trimEnd() === '' ? [] : preview.output.trimEnd().split('\n').map(visible);
  const where = `see \`sallyport approvals show ${id} --full\``;
  return [
    ...field('preview', [`it ran on a copy, without network; approving puts its changes of ${count} in place`]),
    ...field('changes', beginning(linesOf(preview.diff), shownMax.diffLines, shownMax.diffLetters, where)),
    ...field('changes are', [changes.digest]),
    ...field('it printed', beginning(printed, shownMax.printedLines, shownMax.printedLetters, where)),
  ];
}

/** The text of a preview as a whole, for whoever asks for it: the changes, then what was printed. */
export function fullPreview({ preview }: Pick<Question, 'preview'>): string {
  if (preview === null) return '';
  return [...linesOf(preview.diff), '', 'it printed', ...preview.output.split('\n').map(visible)].join('\n');
}

/** Each line is spelled by the sandbox already; a second look costs nothing but a doubt. */
const linesOf = (diff: string): readonly string[] =>
  diff === '' ? [] : diff.split('\n').map((line) => line.split(tabSign).map(visible).join(tabSign));

/** What diffs show for a tab. */
const tabSign = '→   ';

function beginning(lines: readonly string[], linesMax: number, lettersMax: number, where: string): readonly string[] {
  let letters = 0;
  const end = lines.findIndex((line, index) => {
    letters += line.length + 1;
    return index >= linesMax || letters > lettersMax;
  });
  if (end < 0) return lines;
  return [...lines.slice(0, end), `... and ${lines.length - end} more lines; ${where}`];
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
    ...(grants.image === '' ? [] : [`image ${quoted(grants.image)}`]),
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
