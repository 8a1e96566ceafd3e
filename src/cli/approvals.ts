// `sallyport approvals`: the questions that wait for a person, and the answers.

import { readFileSync } from 'node:fs';
import type { ApprovalDesk } from '../approvals/desk.ts';
import { answererText } from '../approvals/judge-reply.ts';
import { fullText } from '../approvals/question-text.ts';
import { parseReply } from '../approvals/reply/parse-reply.ts';
import { printScope } from '../approvals/reply/print-reply.ts';
import { batchText } from '../approvals/several-text.ts';
import { shortIdPattern } from '../approvals/short-id.ts';
import { standingIn } from '../approvals/standing/standing.ts';
import { messageOf } from '../kernel/checked.ts';
import { quoted, visible } from '../kernel/describe.ts';
import type { StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { createInstance } from '../store/instance.ts';
import type { Answered } from './answer-questions.ts';
import { unclearText } from './ask-in-terminal.ts';
import type { Action, Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { type AnswerOptions, type OpenApprovals, openApprovals, redactorOf } from './open-approvals.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText, oneLine, type Screen } from './screen.ts';

const listedMax = 1_000;

/** `approvals list`. */
export function listApprovals(options: { all: boolean }): Action {
  return withApprovals(async ({ approvals }, { screen }) => {
    const questions = await approvals.list(options.all ? [] : ['pending'], listedMax);
    if (screen.isJson) screen.result(jsonText(questions.map(questionView)));
    else for (const stored of questions) screen.result(questionLine(stored, screen.columns));
    if (questions.length === 0) screen.note('no question waits for an answer\n');
    return exitCode.done;
  });
}

/** `approvals show`: the exact text that was stored and shown, and what came of it; of a plan all its questions. */
export function showApproval(id: string, options: { full: boolean; arguments: boolean }): Action {
  return withApprovals(async ({ approvals }, { screen }) => {
    const stored = await approvals.show(id);
    if (stored === null) return showPlan(id, approvals, screen);
    if (options.arguments) {
      screen.result(jsonText(stored.question.sealed.action.args, 2));
      return exitCode.done;
    }
    const answers = stored.answers.map((answer) => {
      const { kind, reason, at, scope } = answer;
      const why = reason === '' ? '' : `: ${reason}`;
      const reach = scope.kind === 'once' ? '' : ` ${printScope(scope)}`;
      return `${new Date(at).toISOString()}  ${answererText(answer)} says ${kind}${reach}${why}`;
    });
    const standing = standingIn(stored);
    const how = standing === '' ? [] : [`answered by the standing approval ${standing}`];
    const whole = options.full ? ['', fullText(stored.question)] : [];
    const text = [stored.question.text.trimEnd(), ...whole, '', `state: ${stored.state}`, ...how, ...answers].join(
      '\n',
    );
    screen.result(screen.isJson ? jsonText(questionView(stored)) : harmless(text));
    return exitCode.done;
  });
}

async function showPlan(id: string, approvals: ApprovalDesk, screen: Screen): Promise<number> {
  const found = (await approvals.list([], listedMax)).filter(({ question }) => question.batch === id).reverse();
  if (found.length === 0) return noSuch(id);
  const text = batchText(found.map(({ question }) => question));
  const states = found.map(({ question, state }) => `${question.id}  ${state}`);
  screen.result(screen.isJson ? jsonText(found.map(questionView)) : harmless([text, '', ...states].join('\n')));
  return exitCode.done;
}

/** Any answer, in the grammar of replies: 0 if all of it counted, 2 if any changed nothing, 64 if it is no answer. */
export function answerInWords(text: string, options: AnswerOptions = {}): Action {
  const parsed = parseReply(text, null);
  if (parsed.kind === 'none')
    throw new UsageError(`\`${text}\` is no answer: write e.g. \`approve k7f2m9\` or \`decline k7f2m9 too risky\``);
  if (parsed.kind === 'unclear') throw new UsageError(unclearText(parsed));
  return withApprovals(async ({ answerWith }, { screen }) => {
    const answered = await answerWith(parsed.reply, options);
    const isAll = answered.every(({ kind }) => kind === 'counted');
    for (const one of answered) showAnswered(one, parsed.reply.kind, screen);
    if (answered.some(({ digest }) => digest === '')) return exitCode.failed;
    return isAll ? exitCode.done : exitCode.refused;
  });
}

function showAnswered({ id, kind, told, digest, missing }: Answered, answer: string, screen: Screen): void {
  if (screen.isJson)
    screen.result(jsonText(kind === 'counted' ? { id, answer, digest, missing, told } : { id, refused: told }));
  else if (kind === 'counted') screen.result(harmless(told));
  else process.stderr.write(`sallyport: \`${id}\` was not answered: ${harmless(told)}\n`);
}

/** `approvals approve`, `decline` and `always`: an answer whose first question stands apart. */
export function answerNamed(
  verb: 'approve' | 'decline' | 'always',
  id: string,
  words: readonly string[],
  options: AnswerOptions = {},
): Action {
  if (!new RegExp(`^${shortIdPattern}$`, 'i').test(id)) return async () => noSuch(id);
  return answerInWords([verb, id, ...words].join(' '), options);
}

/** `approvals edit`: the arguments come from the command line, a file, or standard input. */
export function editApproval(id: string, options: AnswerOptions & { args?: string; argsFile?: string }): Action {
  const { args, argsFile } = options;
  if ((args === undefined) === (argsFile === undefined))
    throw new UsageError(
      `give the new arguments by \`--args\`, or as \`--args-file\` (\`-\` for standard input); \`sallyport approvals show ${id} --arguments\` prints the present ones`,
    );
  return answerInWords(`edit ${id} ${args ?? argumentsIn(argsFile ?? '')}`, options);
}

function argumentsIn(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`could not read \`${path}\`: ${messageOf(error)}`, { cause: error });
  }
}

function noSuch(id: string): number {
  process.stderr.write(`sallyport: there is no question or plan \`${id}\`: see \`sallyport approvals list --all\`\n`);
  return exitCode.failed;
}

/** Work with the approvals of the state home. */
export function withApprovals(work: (open: OpenApprovals, context: Context) => Promise<number>): Action {
  return async (context) => {
    const { store } = await openLedger(context.settings.home, systemClock);
    try {
      const open = openApprovals(store, context.settings, createInstance(), redactorOf(context.settings));
      await open.approvals.expireOverdue();
      return await work(open, context);
    } finally {
      await store.close();
    }
  };
}

/** A question for scripts: what it is about, who may answer until when, and what came of it. */
function questionView({ question, state, answers }: StoredQuestion): object {
  const { id, callId, caller, sealed, preview, askedAt, deadline, replaces, editedBy, batch, text } = question;
  const { tool, args, effects } = sealed.action;
  const { because, rules, grants, terms } = sealed.decision;
  const asked = { id, state, call: callId, tool, args, effects, grants, because, rules, digest: sealed.digest };
  const changes = sealed.changes ?? null;
  const origin = { replaces, editedBy, batch };
  return { ...asked, changes, preview, caller, terms, askedAt, deadline, ...origin, answers, text };
}

/** A question in one line, in which nothing is hidden but what does not fit. */
export function questionLine({ question, state }: StoredQuestion, columns: number): string {
  const { action, decision } = question.sealed;
  const until = new Date(question.deadline).toISOString().replace('T', ' ').slice(0, 19);
  const what = `${quoted(action.tool)} ${visible(JSON.stringify(action.args))}`;
  return `${question.id}  ${state.padEnd(9)}  until ${until}Z  ${oneLine(`${what} · ${decision.because}`, columns - 50)}`;
}
