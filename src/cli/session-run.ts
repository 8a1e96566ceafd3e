// A run that goes on with a conversation: it hears what was said before, carries the labels of its session, and what it says
// is written down there.

import { continueRun, type RunEnd, run } from '../kernel/run.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Caller } from '../kernel/types.ts';
import type { InterruptedRun } from '../ledger/run-journal.ts';
import { type OpenSession, openSession } from '../sessions/open-session.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { UsageError } from './exit-codes.ts';
import type { Kernel } from './open-kernel.ts';
import { sessionsOf } from './open-sessions.ts';
import { listener, modelSpecOf, runPortsOf, type Task } from './run.ts';
import { type RunTask, runTaskOf } from './task.ts';

/** Runs a task in the session with this key, and shows it. */
export async function runInSession(key: string, task: Task, kernel: Kernel, context: Context): Promise<RunEnd> {
  const { settings } = context;
  const { agent, message, workspace, skill, policy, shadow } = task;
  const fresh = callerOf({ agent, workspace, labels: [] }, settings);
  const model = modelSpecOf(task.model, settings);
  const hold = await kernel.sessions.hold(key);
  try {
    const file = await sessionsOf(agent, settings).open(key);
    const session = await opened(file.path, fresh.run, kernel, context);
    const labels = [...new Set([...session.labels, ...task.labels])].sort();
    const caller: Caller = { ...fresh, session: key, labels };
    const ports = await runPortsOf(
      runTaskOf({ model, skill, policy, shadow, session: file.id }),
      caller,
      kernel,
      settings,
    );
    await session.begin(message, labels);
    const { screen, signal } = context;
    const end = await run(
      message,
      session.history,
      caller,
      ports,
      signal,
      listener(kernel, screen, () => {}),
    );
    await session.end(end);
    return end;
  } finally {
    await hold.release();
  }
}

/** Goes on with a run of a session whose process died. */
export async function continueInSession(
  { caller, soFar }: InterruptedRun,
  task: RunTask,
  kernel: Kernel,
  context: Context,
): Promise<RunEnd> {
  const { settings, screen, signal } = context;
  const hold = await kernel.sessions.hold(caller.session);
  try {
    const { files } = await sessionsOf(caller.agent, settings).list();
    const file = files.find(({ id, key }) => id === task.session && key === caller.session);
    if (file === undefined)
      throw new UsageError(
        `the transcript \`${task.session}\` of session \`${caller.session}\` is gone: it was archived`,
      );
    const session = await opened(file.path, caller.run, kernel, context);
    const ports = await runPortsOf(task, caller, kernel, settings);
    const messages = [...session.history, ...soFar.messages];
    const end = await continueRun(
      { ...soFar, messages },
      caller,
      ports,
      signal,
      listener(kernel, screen, () => {}),
    );
    await session.end(end);
    return end;
  } finally {
    await hold.release();
  }
}

async function opened(path: string, run: string, kernel: Kernel, { screen }: Context): Promise<OpenSession> {
  const { redact, recording } = kernel.ports;
  const { findPrivate } = recording;
  const session = await openSession({ path }, run, {
    clock: systemClock,
    discretion: { redact, findPrivate },
    journal: kernel.sessions.journal,
  });
  if (session.leftOut > 0)
    screen.note(`the first ${session.leftOut} messages of this session are too far back for the model to hear\n`);
  return session;
}
