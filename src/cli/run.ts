// `sallyport run`: one message, one run, shown live.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config.ts';
import { systemPrompt } from '../context/system-prompt.ts';
import { defaultRunLimits } from '../kernel/limits.ts';
import { type RunEnd, type RunPorts, run } from '../kernel/run.ts';
import { noSteering } from '../kernel/steer.ts';
import type { Caller, RunEvent } from '../kernel/types.ts';
import { resolveModel } from '../models/resolve-model.ts';
import { openQuestionDesk } from './ask-in-terminal.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { type Kernel, type NamedPolicies, openKernel } from './open-kernel.ts';
import { sessionKeyOf } from './open-sessions.ts';
import { type Screen, tellOn } from './screen.ts';
import { showRun } from './show-run.ts';
import { type RunTask, runTaskOf } from './task.ts';
import { workspaceOf } from './workspace.ts';

interface Options {
  readonly agent?: string;
  readonly session?: string;
  readonly model?: string;
  readonly policy: readonly string[];
  readonly shadow: readonly string[];
  readonly label: readonly string[];
  readonly workspace?: string;
}

/** Runs one message to its end and prints it as it happens. */
export function runMessage(message: string, options: Options): (context: Context) => Promise<number> {
  return async (context) => {
    const { settings } = context;
    const named = options.session === undefined ? null : sessionKeyOf(options.session, options.agent);
    const agent = named?.agent ?? options.agent ?? 'main';
    const workspace = workspaceOf(options.workspace, agent, settings);
    const model = options.model ?? settings.config.agents[agent]?.model ?? settings.config.model;
    const { label: labels, policy, shadow } = options;
    const task = { message, agent, model, workspace, skill: '', labels, policy, shadow };
    const kernel = await openKernel(settings, agent, options, tellOn(context.screen));
    try {
      const { phase } =
        named === null
          ? await runTask(task, kernel, context, () => {})
          : await (await import('./session-run.ts')).runInSession(named.key, task, kernel, context);
      return exitCodeOfRun(phase);
    } finally {
      await kernel.close();
    }
  };
}

/** One run of an agent. `model` may be undefined: then the first provider that has a key. */
export interface Task extends NamedPolicies {
  readonly message: string;
  readonly agent: string;
  readonly model: string | undefined;
  readonly workspace: string;
  /** Labels that the conversation starts with. */
  readonly labels: readonly string[];
  /** Text of a SKILL.md to follow; empty for none. */
  readonly skill: string;
}

/** Runs a task, showing each event on the screen and handing it to `heard`. */
export async function runTask(
  { message, agent, workspace, labels, model, skill, policy, shadow }: Task,
  kernel: Kernel,
  context: Context,
  heard: (event: RunEvent) => void,
): Promise<RunEnd> {
  const caller = callerOf({ agent, workspace, labels }, context.settings);
  const task = runTaskOf({ model: modelSpecOf(model, context.settings), skill, policy, shadow, session: '' });
  const ports = await runPortsOf(task, caller, kernel, context.settings);
  return run(message, [], caller, ports, context.signal, listener(kernel, context.screen, heard));
}

/** What a run of `caller` needs, and containers ahead for the calls that are likely. */
export async function runPortsOf(task: RunTask, caller: Caller, kernel: Kernel, settings: Settings): Promise<RunPorts> {
  const { agent, workspace } = caller;
  kernel.expect(caller);
  return {
    ...kernel.ports,
    model: await resolveModel(task.model, settings.keys),
    task,
    tools: [...kernel.tools.values()],
    system: systemPrompt({ agent, instructions: agentsFile(workspace), skill: task.skill }),
    runLimits: defaultRunLimits,
    steer: noSteering,
  };
}

/** Shows what happens in a run on the screen, with its questions, and hands it on to `heard`. */
export function listener(kernel: Kernel, screen: Screen, heard: (event: RunEvent) => void): (event: RunEvent) => void {
  const show = showRun(screen);
  const desk = openQuestionDesk(screen, kernel.answer);
  return (event) => {
    if (event.stream === 'tool' && event.phase === 'finished') desk.answered(event.call.id);
    if (event.stream === 'lifecycle' && event.phase !== 'start') desk.closed();
    show(event);
    if (event.stream === 'tool' && event.phase === 'asked') desk.shown(event.question);
    if (event.stream === 'tool' && event.phase === 'planned') desk.planned(event.questions);
    heard(event);
  };
}

/** The exit code for the end of a run. */
export function exitCodeOfRun(phase: RunEnd['phase']): number {
  if (phase === 'aborted') return exitCode.aborted;
  return phase === 'end' ? exitCode.done : exitCode.failed;
}

function agentsFile(workspace: string): string {
  const path = join(workspace, 'AGENTS.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The model of a task: what was named, else the provider that has a key. */
export function modelSpecOf(named: string | undefined, { keys }: Settings): string {
  const spec = named ?? (keys.anthropic.apiKey !== '' ? 'anthropic' : keys.openai.apiKey !== '' ? 'openai' : '');
  if (spec !== '') return spec;
  throw new UsageError(
    'no model is set: pass --model, set `model` in config.yaml, or set ANTHROPIC_API_KEY or OPENAI_API_KEY; `--model playbook:<file>` needs no key',
  );
}
