// `sallyport demo`: the incident that ships, from page to report. The launcher has made everything ready before: runtime,
// Docker where it can be had, and the workspace with logs, metrics and a git repository.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../config.ts';
import type { Call, CallResult, RunEvent } from '../kernel/types.ts';
import { intactLine } from './audit-verify.ts';
import type { Context } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openKernel } from './open-kernel.ts';
import { exitCodeOfRun, runTask } from './run.ts';
import { jsonText, oneLine, type Screen, tellOn } from './screen.ts';
import { describeCall, duration, verdictOf } from './show-run.ts';

const tree = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const agent = 'incident-rca';
const message = 'We were paged: see incident.md. Find the root cause, propose the fix, and write RCA.md.';

/** Runs the incident analysis and ends with the report, the calls with their verdicts, and the state of the ledger. */
export function demo(options: { model?: string }): (context: Context) => Promise<number> {
  return async (context) => {
    const { settings, screen } = context;
    const workspace = join(settings.home, 'demo', 'workspace');
    if (!existsSync(join(workspace, 'incident.md'))) {
      process.stderr.write(
        `sallyport: the incident is not in \`${workspace}\`: start the demo as \`./sallyport demo\`, which puts it there\n`,
      );
      return exitCode.failed;
    }
    const model = options.model ?? defaultModel(settings);
    screen.note(introduction(model, workspace, screen));
    const named = { policy: [tree('policies/incident-rca.yaml')], shadow: [] };
    const kernel = await openKernel(settings, agent, named, tellOn(screen));
    try {
      const calls: { call: Call; result: CallResult }[] = [];
      const heard = (event: RunEvent) => {
        if (event.stream === 'tool' && event.phase === 'finished') calls.push(event);
      };
      const skill = readFileSync(tree('skills/incident-rca/SKILL.md'), 'utf8');
      const task = { message, agent, model, workspace: realpathSync(workspace), skill, labels: [], ...named };
      const end = await runTask(task, kernel, context, heard);
      const verification = await kernel.ledger.verify(null);
      if (!screen.isJson) screen.note(summary(calls, workspace, screen));
      screen.result(screen.isJson ? jsonText({ verification }) : `\n  ${intactLine(verification, screen.colours)}`);
      const isReported = existsSync(join(workspace, 'RCA.md'));
      if (end.phase === 'aborted') return exitCode.aborted;
      return verification.isSound && isReported ? exitCodeOfRun(end.phase) : exitCode.failed;
    } finally {
      await kernel.close();
    }
  };
}

/** A provider whose key is set, else the playbook that ships. */
function defaultModel({ keys }: Settings): string {
  if (keys.anthropic.apiKey !== '') return 'anthropic';
  if (keys.openai.apiKey !== '') return 'openai';
  return `playbook:${tree('skills/incident-rca/example/playbook.yaml')}`;
}

function introduction(model: string, workspace: string, { colours }: Screen): string {
  const isPlaybook = model.startsWith('playbook:');
  return `
  ${colours.bold('An incident, from page to report.')} Every call below was understood, judged by rules, recorded, and only
  then run in a sandbox of its own. ${colours.dim(`✓ done  ✗ failed  ⊘ refused  ? unknown`)}

  ${colours.dim('model')}      ${isPlaybook ? 'the playbook that ships (set ANTHROPIC_API_KEY or OPENAI_API_KEY for a real one)' : model}
  ${colours.dim('policy')}     policies/incident-rca.yaml
  ${colours.dim('workspace')}  ${workspace}
`;
}

function summary(calls: readonly { call: Call; result: CallResult }[], workspace: string, screen: Screen): string {
  const { colours, columns } = screen;
  const line = ({ call, result }: { call: Call; result: CallResult }, index: number) => {
    const rule = result.rules.map((reference) => reference.rule).join(', ') || 'no rule allows it';
    const what = oneLine(describeCall(call, result), columns - 62).padEnd(columns - 62);
    const took = result.ms.execute > 0 ? duration(result.ms.execute) : '';
    return `  ${String(index + 1).padStart(2)}  ${what}  ${verdictOf(result).padEnd(14)}  ${oneLine(rule, 28).padEnd(28)}  ${colours.dim(took.padStart(7))}`;
  };
  const report = join(workspace, 'RCA.md');
  const written = existsSync(report)
    ? `the report is in ${colours.bold(report)}`
    : colours.red('no report was written');
  return `\n  ${colours.bold('The calls and their verdicts')}\n\n${calls.map(line).join('\n')}\n\n  ${written}\n`;
}
