// `sallyport continue`: runs and calls whose process died while people were asked. This process takes one over, goes on
// waiting for the same question, and carries out what is answered, once.

import { continueRun } from '../kernel/run.ts';
import { continueCall } from '../kernel/run-call.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { outputText, wholeOutput } from '../ledger/beside/whole-output.ts';
import { type InterruptedRun, journalTypes, readRun } from '../ledger/run-journal.ts';
import { type WaitingRun, waitingRuns } from '../ledger/waiting-runs.ts';
import { isInstanceAlive } from '../store/instance.ts';
import { openQuestionDesk } from './ask-in-terminal.ts';
import { callReport } from './call.ts';
import type { Action, Context } from './command.ts';
import { exitCode, exitCodeOf } from './exit-codes.ts';
import { type Kernel, openKernel } from './open-kernel.ts';
import { openLedger } from './open-ledger.ts';
import { exitCodeOfRun, listener, runPortsOf } from './run.ts';
import { harmless, jsonText, oneLine, type Screen, tellOn } from './screen.ts';
import { continueInSession } from './session-run.ts';
import { type CliTask, readTask } from './task.ts';

/** `continue [id]`: goes on with one; without an id, with the only one, or it lists them. */
export function continueWaiting(id: string | undefined, options: { list: boolean }): Action {
  return async (context) => {
    const { screen } = context;
    const found = await waiting(context);
    const named = found.filter(
      ({ run, questions }) => id === undefined || run === id || questions.some((one) => one.question.id === id),
    );
    if (options.list || (id === undefined && named.length > 1)) {
      list(found, screen);
      return options.list ? exitCode.done : exitCode.usage;
    }
    const [chosen] = named;
    if (chosen === undefined) {
      const what = id === undefined ? 'no run waits' : `no run or question \`${id}\` waits`;
      process.stderr.write(`sallyport: ${what} for somebody to go on with it: see \`sallyport continue --list\`\n`);
      return id === undefined ? exitCode.done : exitCode.failed;
    }
    return goOn(chosen, context);
  };
}

async function waiting({ settings }: Context): Promise<readonly WaitingRun[]> {
  const { store } = await openLedger(settings.home, systemClock);
  try {
    return await waitingRuns(store, systemClock.now(), isInstanceAlive);
  } finally {
    await store.close();
  }
}

async function goOn(chosen: WaitingRun, context: Context): Promise<number> {
  const { settings, screen, signal } = context;
  const interrupted = await journalOf(chosen, context);
  const task = interrupted === null ? null : readTask(interrupted.task);
  if (interrupted === null || task === null) {
    process.stderr.write(`sallyport: run \`${chosen.run}\` was not started from the command line, or has ended\n`);
    return exitCode.failed;
  }
  const kernel = await openKernel(settings, interrupted.caller.agent, task, tellOn(screen));
  try {
    // Its calls would be refused, and the run would be over: it waits for whoever resumes the agent.
    const halted = await kernel.ports.halts.reason(interrupted.caller.agent);
    if (halted !== '') {
      process.stderr.write(`sallyport: run \`${chosen.run}\` goes on waiting: ${harmless(halted)}\n`);
      return exitCode.refused;
    }
    if (!(await kernel.takeOver(chosen))) {
      process.stderr.write(`sallyport: another process goes on with run \`${chosen.run}\` already\n`);
      return exitCode.refused;
    }
    return await carriedOn(interrupted, task, chosen, kernel, { settings, screen, signal });
  } finally {
    await kernel.close();
  }
}

async function carriedOn(
  interrupted: InterruptedRun,
  task: CliTask,
  { run, questions }: WaitingRun,
  kernel: Kernel,
  context: Context,
): Promise<number> {
  const { settings, screen, signal } = context;
  const { caller, soFar } = interrupted;
  if (task.kind === 'run' && task.session !== '')
    return exitCodeOfRun((await continueInSession(interrupted, task, kernel, context)).phase);
  if (task.kind === 'run') {
    const ports = await runPortsOf(task, caller, kernel, settings);
    const { phase } = await continueRun(
      soFar,
      caller,
      ports,
      signal,
      listener(kernel, screen, () => {}),
    );
    return exitCodeOfRun(phase);
  }
  const [asked] = questions;
  const left = asked === undefined ? null : await kernel.ports.approvals.left(run, asked.question.callId);
  if (left === null) throw new Error(`the question of \`${run}\` is gone: make the call again`);
  const desk = openQuestionDesk(screen, kernel.answer);
  const result = await continueCall(left, kernel.ports, signal, desk.shown);
  desk.closed();
  screen.result(callReport(result, screen));
  return signal.aborted ? exitCode.aborted : exitCodeOf(result.outcome);
}

async function journalOf({ run }: WaitingRun, { settings }: Context): Promise<InterruptedRun | null> {
  const { store, ledger } = await openLedger(settings.home, systemClock);
  try {
    const records = ledger.records({ order: 'oldest-first', types: journalTypes, from: null, run });
    return await readRun(records, async ({ body }) => outputText(await wholeOutput(body, store)));
  } finally {
    await store.close();
  }
}

function list(found: readonly WaitingRun[], screen: Screen): void {
  if (screen.isJson) {
    const view = ({ run, questions }: WaitingRun) => ({
      run,
      questions: questions.map(({ question, state }) => ({
        id: question.id,
        state,
        tool: question.sealed.action.tool,
        deadline: new Date(question.deadline).toISOString(),
      })),
    });
    screen.result(jsonText(found.map(view)));
    return;
  }
  for (const { run, questions } of found) {
    for (const { question, state } of questions) {
      const what = `${question.id}  ${state.padEnd(8)}  ${question.sealed.action.tool}  until ${new Date(question.deadline).toISOString()}  ${run}`;
      screen.result(oneLine(what, screen.columns));
    }
  }
  screen.note(
    found.length === 0 ? 'no run waits for somebody to go on with it\n' : 'go on with one: sallyport continue <id>\n',
  );
}
