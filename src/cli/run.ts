// `sallyport run`: one message, one run, shown live.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config.ts';
import { systemPrompt } from '../context/system-prompt.ts';
import { defaultRunLimits } from '../kernel/limits.ts';
import type { Model } from '../kernel/ports.ts';
import { type RunEnd, run } from '../kernel/run.ts';
import type { RunEvent } from '../kernel/types.ts';
import { resolveModel } from '../models/resolve-model.ts';
import { openQuestionDesk } from './ask-in-terminal.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { type Kernel, openKernel } from './open-kernel.ts';
import { tellOn } from './screen.ts';
import { showRun } from './show-run.ts';
import { workspaceOf } from './workspace.ts';

interface Options {
  readonly agent: string;
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
    const workspace = workspaceOf(options.workspace, options.agent, settings);
    const model = options.model ?? settings.config.agents[options.agent]?.model ?? settings.config.model;
    const task = { message, agent: options.agent, model, workspace, skill: '', labels: options.label };
    const kernel = await openKernel(settings, options.agent, options, tellOn(context.screen));
    try {
      const { phase } = await runTask(task, kernel, context, () => {});
      return exitCodeOfRun(phase);
    } finally {
      await kernel.close();
    }
  };
}

/** One run of an agent. `model` may be undefined: then the first provider that has a key. */
export interface Task {
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
  task: Task,
  kernel: Kernel,
  { settings, screen, signal }: Context,
  heard: (event: RunEvent) => void,
): Promise<RunEnd> {
  const { agent, workspace, skill, labels } = task;
  const caller = callerOf({ agent, workspace, labels }, settings);
  kernel.expect(caller);
  const show = showRun(screen);
  const desk = openQuestionDesk(screen, kernel.answer);
  const emit = (event: RunEvent) => {
    if (event.stream === 'tool' && event.phase === 'finished') desk.answered();
    show(event);
    if (event.stream === 'tool' && event.phase === 'asked') desk.shown(event.question);
    heard(event);
  };
  const ports = {
    ...kernel.ports,
    model: await modelOf(task.model, settings),
    tools: [...kernel.tools.values()],
    system: systemPrompt({ agent, instructions: agentsFile(workspace), skill }),
    runLimits: defaultRunLimits,
  };
  return run(task.message, [], caller, ports, signal, emit);
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
async function modelOf(named: string | undefined, { keys }: Settings): Promise<Model> {
  const spec = named ?? (keys.anthropic.apiKey !== '' ? 'anthropic' : keys.openai.apiKey !== '' ? 'openai' : '');
  if (spec !== '') return resolveModel(spec, keys);
  throw new UsageError(
    'no model is set: pass --model, set `model` in config.yaml, or set ANTHROPIC_API_KEY or OPENAI_API_KEY; `--model playbook:<file>` needs no key',
  );
}
