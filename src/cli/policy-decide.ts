// `sallyport policy decide`: calls in, decisions out, line by line. Nothing is executed, recorded or kept.

import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Settings } from '../config.ts';
import { fixedPolicy, noHalts, noLabels, noUses } from '../kernel/fixed-policy.ts';
import { judge } from '../kernel/judge.ts';
import { defaultCallLimits } from '../kernel/limits.ts';
import { startStopwatch } from '../kernel/stopwatch.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { SealedAction } from '../kernel/types.ts';
import { contentsOf } from '../policy/classify/contents.ts';
import { callerOf } from './caller.ts';
import type { Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openJudge } from './open-judge.ts';
import { recordingOf } from './recording.ts';
import { jsonText } from './screen.ts';
import { workspaceOf } from './workspace.ts';

const lineSchema = z.strictObject({
  id: z.union([z.string(), z.number()]).default(''),
  agent: z.string().min(1).default('main'),
  tool: z.string(),
  args: z.unknown(),
  labels: z.array(z.string()).default([]),
});

type Line = z.infer<typeof lineSchema>;

/** Decides each call of standard input under the named policy files, against one workspace (default: this directory). */
export function decideCalls(options: {
  policy: readonly string[];
  workspace?: string;
}): (context: Context) => Promise<number> {
  return async ({ settings, signal }) => {
    const workspace = workspaceOf(options.workspace ?? '.', 'main', settings);
    const decide = await openDecide(settings, options.policy, workspace, signal);
    for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (signal.aborted) return exitCode.aborted;
      if (text.trim() === '') continue;
      const line = `${jsonText(await decide(text))}\n`;
      if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
    return exitCode.done;
  };
}

async function openDecide(settings: Settings, policies: readonly string[], workspace: string, signal: AbortSignal) {
  const { classifier, policyFor } = await openJudge(settings, policies);
  // A policy that does not load is said before the first line is read.
  await policyFor('main');
  const recording = recordingOf(settings);
  return async (text: string): Promise<object> => {
    const line = parseLine(text);
    if ('because' in line) return refusedLine(line.because);
    const { agent, labels } = line;
    const caller = { ...callerOf({ agent, labels, workspace }, settings), run: 'policy-decide' };
    const policies = fixedPolicy(await policyFor(agent));
    const ports = {
      classifier,
      clock: systemClock,
      limits: defaultCallLimits,
      policies,
      uses: noUses,
      halts: noHalts,
      labels: noLabels,
      readContents: contentsOf,
      recording,
    };
    const call = { id: String(line.id), tool: line.tool, args: line.args };
    return decisionLine(line.id, await judge(call, caller, ports, signal, startStopwatch(systemClock)));
  };
}

function parseLine(text: string): Line | { readonly because: string } {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : { because: `could not read the line: ${z.prettifyError(parsed.error)}` };
  } catch (error) {
    return { because: `could not read the line: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const refusedLine = (because: string): object => ({
  id: '',
  verdict: 'deny',
  because,
  rules: [],
  effects: [],
  grants: {},
  digest: '',
});

function decisionLine(id: string | number, { action, decision, digest }: SealedAction): object {
  const { verdict, because, rules, grants } = decision;
  return { id, verdict, because, rules, effects: action.effects, grants, digest };
}
