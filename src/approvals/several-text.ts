// Texts about more than one question, or once more about one: a plan that is asked in one go, a digest where there are too many
// to show each, a reminder. A plan holds every question in full; the other two only name them, and say where to look.

import { describeEffect, quoted } from '../kernel/describe.ts';
import type { Question } from '../kernel/types.ts';
import { field, oneLine, spellDuration, spellMoment } from './text-fields.ts';

/** More questions that wait at once are told as a digest. */
export const floodMin = 5;

const lettersMax = 160;
const digestMax = 50;

/** One prompt for the calls of a plan: what it comes to, each question in full, and how to answer all or one. */
export function batchText(questions: readonly Question[]): string {
  const [first] = questions;
  if (first === undefined) return '';
  const { batch } = first;
  const ids = questions.map(({ id }) => id);
  return [
    `plan ${batch}: ${questions.length} calls ask to run, in this order`,
    '',
    ...questions.map((question, index) => `${index + 1}. ${summary(question)}`),
    '',
    ...questions.flatMap((question, index) => [
      `--- ${index + 1} of ${questions.length} ---`,
      question.text.trimEnd(),
      '',
    ]),
    ...field('answer with', [
      `approve ${batch} | decline ${batch} <reason>   (all ${questions.length})`,
      `approve ${ids.slice(0, Math.min(2, ids.length - 1)).join(' ')} | decline ${ids.at(-1)} <reason>   (these alone)`,
    ]),
  ].join('\n');
}

/** One text in place of many: the questions that wait, the most urgent first. */
export function digestText(questions: readonly Question[], now: number): string {
  const urgent = questions.toSorted((one, other) => one.deadline - other.deadline);
  const rest = urgent.length - digestMax;
  return [
    `${questions.length} questions wait for an answer`,
    '',
    ...urgent.slice(0, digestMax).map((one) => `${summary(one)}   (${spellDuration(one.deadline - now)} left)`),
    ...(rest <= 0 ? [] : [`... and ${rest} more: \`sallyport approvals list\``]),
    '',
    ...field('look at', ['sallyport approvals show <id>']),
    ...field('answer with', ['approve <id> | decline <id> <reason>; several ids may be named at once']),
  ].join('\n');
}

/** What is said of a question that still waits. */
export const reminderText = (question: Question, leftMs: number): string =>
  [
    `still waiting, ${spellDuration(leftMs)} left (until ${spellMoment(question.deadline)}):`,
    summary(question),
    `approve ${question.id} | decline ${question.id} <reason>`,
  ].join('\n');

/** A question in one line, for finding it again: it is not enough to answer by, and what it leaves out it marks. */
export function summary({ id, sealed, caller }: Question): string {
  const { tool, effects } = sealed.action;
  const own = effects.filter(({ standing }) => standing === 'own').map(describeEffect);
  const what = own.length === 0 ? `tool ${quoted(tool)}` : own.join('; ');
  const shown = what.length <= lettersMax ? what : `${what.slice(0, lettersMax)}...`;
  return `${id}  ${shown}  [${oneLine(caller.agent)}: ${oneLine(sealed.decision.because)}]`;
}
