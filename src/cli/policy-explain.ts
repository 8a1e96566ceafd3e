// `sallyport policy explain`: why one call is decided as it is. Nothing is executed, asked, recorded or kept.

import type { Settings } from '../config.ts';
import type { Caller, JsonObject } from '../kernel/types.ts';
import { explain } from '../policy/explain/explain.ts';
import { spansOf } from '../policy/explain/spans.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { openJudge } from './open-judge.ts';
import { jsonText } from './screen.ts';
import { showExplanation } from './show-explanation.ts';
import { workspaceOf } from './workspace.ts';

/** Options of the command. */
export interface PolicyExplainOptions {
  readonly command?: string;
  readonly agent: string;
  readonly policy: readonly string[];
  readonly workspace?: string;
  readonly label: readonly string[];
  readonly sender?: string;
  readonly role: readonly string[];
  readonly channel?: string;
  readonly trigger?: string;
  readonly at?: string;
}

/** Explains the call of a tool, or of `exec` with the text of `--command`. */
export function explainCall(
  tool: string | undefined,
  argsText: string | undefined,
  options: PolicyExplainOptions,
): (context: Context) => Promise<number> {
  const call = callOf(tool, argsText, options.command);
  const now = momentOf(options.at);
  return async ({ settings, screen }) => {
    const caller = callerIn(settings, options);
    const { classifier, policyFor } = await openJudge(settings, options.policy);
    const policy = await policyFor(options.agent);
    const classified = await classifier.classify(call, caller);
    if (classified.kind !== 'understood') {
      const { because } = classified;
      if (screen.isJson) screen.result(jsonText({ verdict: 'deny', because, effects: [], silent: [], advice: [] }));
      else screen.result(`${screen.colours.red('not understood')}, so it is denied whatever the rules say: ${because}`);
      return exitCode.done;
    }
    const { action } = classified;
    const command = typeof call.args.command === 'string' ? call.args.command : '';
    const spans = command === '' ? [] : await spansOf(command, action, [settings.home]);
    const used = policy.counted.map(() => 0);
    const explanation = await explain(action, caller, { now, used, inputs: [] }, policy, spans);
    if (screen.isJson) {
      const { decision, ...rest } = explanation;
      screen.result(jsonText({ ...decision, ...rest }));
    } else showExplanation(explanation, { tool: call.tool, command }, screen);
    return exitCode.done;
  };
}

function callOf(tool: string | undefined, argsText: string | undefined, command: string | undefined) {
  const made = (name: string, args: JsonObject) => ({ id: 'explain', tool: name, args });
  if (command !== undefined) {
    if (tool === undefined || tool === 'exec') return made('exec', { command });
    throw new UsageError('could not read the call: give either `--command` or a tool and its arguments');
  }
  if (tool === undefined || argsText === undefined) {
    throw new UsageError(`could not read the call: give a tool and its arguments, e.g. read '{"path":"README.md"}'`);
  }
  try {
    return made(tool, JSON.parse(argsText));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`could not read the arguments: ${why}; write JSON, e.g. '{"path":"README.md"}'`);
  }
}

function momentOf(at: string | undefined): number {
  if (at === undefined) return Date.now();
  const now = Date.parse(at);
  if (Number.isNaN(now)) throw new UsageError(`could not read the time \`${at}\`: write e.g. \`2026-12-31T18:00:00Z\``);
  return now;
}

function callerIn(settings: Settings, options: PolicyExplainOptions): Caller {
  const { agent, label, role, sender } = options;
  const workspace = workspaceOf(options.workspace ?? '.', agent, settings);
  const caller = callerOf({ agent, labels: label, workspace }, settings);
  const roles =
    sender === undefined ? caller.roles : (settings.config.people.find(({ id }) => id === sender)?.roles ?? []);
  return {
    ...caller,
    sender: sender ?? caller.sender,
    roles: role.length > 0 ? role : roles,
    channel: options.channel ?? caller.channel,
    trigger: options.trigger ?? caller.trigger,
  };
}
