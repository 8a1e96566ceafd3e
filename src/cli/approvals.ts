// `sallyport approvals`: the questions that wait for a person, and the answers.

import { fullText } from '../approvals/question-text.ts';
import type { StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { createInstance } from '../store/instance.ts';
import type { Action, Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { type AnswerOptions, AnswerRefused, type OpenApprovals, openApprovals, redactorOf } from './open-approvals.ts';
import { openLedger } from './open-ledger.ts';
import { harmless, jsonText, oneLine } from './screen.ts';

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

/** `approvals show`: the exact text that was stored and shown, and what came of it. */
export function showApproval(id: string, options: { full: boolean }): Action {
  return withApprovals(async ({ approvals }, { screen }) => {
    const stored = await approvals.show(id);
    if (stored === null) return noSuch(id);
    const answers = stored.answers.map(({ person, kind, reason, at }) => {
      const why = reason === '' ? '' : `: ${reason}`;
      return `${new Date(at).toISOString()}  ${person} says ${kind}${why}`;
    });
    const whole = options.full ? ['', fullText(stored.question)] : [];
    const text = [stored.question.text.trimEnd(), ...whole, '', `state: ${stored.state}`, ...answers].join('\n');
    screen.result(screen.isJson ? jsonText(questionView(stored)) : harmless(text));
    return exitCode.done;
  });
}

/** `approvals approve` and `decline`: 0 if the answer counted, 2 if it changed nothing. */
export function answerApproval(
  id: string,
  kind: 'approve' | 'decline',
  reason: string,
  options: AnswerOptions = {},
): Action {
  return withApprovals(async ({ approvals, answer, shown }, { screen }) => {
    const before = await approvals.show(id);
    if (before === null) return noSuch(id);
    try {
      const missing = await answer(id, kind, reason, await shown(before, options));
      const { digest } = before.question.sealed;
      const more = kind === 'approve' && missing > 0 ? `; ${missing} more must approve it` : '';
      screen.result(screen.isJson ? jsonText({ id, answer: kind, digest, missing }) : `${kind}d ${id}${more}`);
      return exitCode.done;
    } catch (error) {
      if (!(error instanceof AnswerRefused)) throw error;
      if (screen.isJson) screen.result(jsonText({ id, refused: error.message }));
      else process.stderr.write(`sallyport: \`${id}\` was not answered: ${error.message}\n`);
      return exitCode.refused;
    }
  });
}

function noSuch(id: string): number {
  process.stderr.write(`sallyport: there is no question \`${id}\`: see \`sallyport approvals list --all\`\n`);
  return exitCode.failed;
}

function withApprovals(work: (open: OpenApprovals, context: Context) => Promise<number>): Action {
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
  const { id, callId, caller, sealed, preview, askedAt, deadline, text } = question;
  const { tool, args, effects } = sealed.action;
  const { because, rules, grants, terms } = sealed.decision;
  const asked = { id, state, call: callId, tool, args, effects, grants, because, rules, digest: sealed.digest };
  const changes = sealed.changes ?? null;
  return { ...asked, changes, preview, caller, terms, askedAt, deadline, answers, text };
}

function questionLine({ question, state }: StoredQuestion, columns: number): string {
  const { action, decision } = question.sealed;
  const until = new Date(question.deadline).toISOString().replace('T', ' ').slice(0, 19);
  const what = `${action.tool} ${JSON.stringify(action.args)}`;
  return `${question.id}  ${state.padEnd(9)}  until ${until}Z  ${oneLine(`${what} · ${decision.because}`, columns - 50)}`;
}
