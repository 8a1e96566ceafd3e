// `sallyport call`: one governed call, without a model.

import { randomUUID } from 'node:crypto';
import { runCall } from '../kernel/run-call.ts';
import type { CallResult } from '../kernel/types.ts';
import { openQuestionDesk } from './ask-in-terminal.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { exitCode, exitCodeOf, UsageError } from './exit-codes.ts';
import { openKernel } from './open-kernel.ts';
import { jsonText, type Screen, tellOn } from './screen.ts';
import { callTaskOf } from './task.ts';
import { workspaceOf } from './workspace.ts';

interface Options {
  readonly agent: string;
  readonly policy: readonly string[];
  readonly shadow: readonly string[];
  readonly workspace?: string;
  readonly label: readonly string[];
}

/** Takes the call through the passage and prints its result as JSON. */
export function callTool(tool: string, argsText: string, options: Options): (context: Context) => Promise<number> {
  const args = parseArguments(argsText);
  return async ({ settings, screen, signal }) => {
    const { agent, label: labels } = options;
    const caller = callerOf({ agent, labels, workspace: workspaceOf(options.workspace, agent, settings) }, settings);
    const kernel = await openKernel(settings, options.agent, options, tellOn(screen));
    try {
      const desk = openQuestionDesk(screen, kernel.answer);
      const call = { id: `call-${randomUUID()}`, tool, args };
      const result = await runCall(call, caller, callTaskOf(options), kernel.ports, signal, desk.shown);
      desk.closed();
      screen.result(callReport(result, screen));
      return signal.aborted ? exitCode.aborted : exitCodeOf(result.outcome);
    } finally {
      await kernel.close();
    }
  };
}

function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `could not read the arguments: ${error instanceof Error ? error.message : String(error)}; write JSON, e.g. '{"path":"README.md"}'`,
    );
  }
}

/** The contract of the command: `output` where there is one, `because` where there is something to explain. */
export function callReport(result: CallResult, screen: Screen): string {
  const { outcome, output, because, effects, grants, digest, ms, verdict, rules, labels, edit } = result;
  const report = {
    outcome,
    ...(outcome === 'ok' || output !== '' ? { output } : {}),
    ...(because === '' ? {} : { because }),
    verdict,
    rules,
    effects,
    grants,
    labels,
    ...(edit === null ? {} : { edit }),
    digest,
    ms,
  };
  return jsonText(report, screen.isJson ? 0 : 2);
}
