// The command line: names, options and help of every command. Each command's work is in a file of its own, loaded only
// when it runs, so that help and refusals come at once.

import { Command, CommanderError } from 'commander';
import type { Settings } from '../config.ts';
import { addDelegationCommands, addKeyCommands } from './approver-commands.ts';
import { addAuditCommands } from './audit-commands.ts';
import { type Act, command, many, none } from './command.ts';
import { addEvidenceOptions } from './evidence.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { addHistoryCommands } from './history-commands.ts';
import { addPolicyCommands } from './policy-commands.ts';
import { processScreen } from './screen.ts';
import { addAgentCommands, addSessionCommands } from './session-commands.ts';
import { addApprovalCommands, addLabelCommands, addSandboxCommands } from './state-commands.ts';

/**
 * Parses `argv` (without node and script) and runs the command.
 * @returns the exit code: 0 done, 1 failed, 2 refused, 64 usage, 130 aborted.
 */
export async function runProgram(
  argv: readonly string[],
  settings: (isLenient: boolean) => Promise<Settings>,
  version: string,
  signal: AbortSignal,
): Promise<number> {
  let code: number = exitCode.done;
  const act: Act = async (isJson, load, isLenient = false) => {
    const known = await settings(isLenient);
    const screen = processScreen(isJson, known.isColour);
    code = await (await load())({ settings: known, screen, signal });
  };
  const program = programOf(version, act);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`sallyport: ${message}\n`);
    return error instanceof UsageError ? exitCode.usage : exitCode.failed;
  }
}

function programOf(version: string, act: Act): Command {
  const program = new Command('sallyport')
    .description(
      'An agent kernel that runs every tool call through one guarded passage:\nunderstood, judged, approved where a rule asks, recorded, and only then run in a sandbox of its own.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', help.program);

  command(program, 'demo', 'investigate the incident that ships with Sallyport, from page to report')
    .option('--model <model>', 'model to use instead of the playbook, e.g. anthropic, openai:gpt-5')
    .option('--no-docker', 'do not set up Docker; it is used only where it runs already')
    .addHelpText('after', help.demo)
    .action((options) => act(options.json, async () => (await import('./demo.ts')).demo(options)));

  command(program, 'run', 'one run of an agent: it speaks, its calls go through the passage, until it is done')
    .argument('<message>', 'what the agent shall do')
    .option('--agent <agent>', 'agent that does it (default: "main")')
    .option('--session <session>', 'conversation to go on with: a name such as `main`, or a whole key')
    .option('--model <model>', 'playbook:<file>, anthropic[:<model>] or openai[:<model>]')
    .option('--policy <file>', 'policy file; each further one is a further layer', many, none)
    .option('--shadow <file>', 'policy file on trial: what it says is only written down', many, none)
    .option('--workspace <directory>', 'directory the agent works in')
    .option('--label <label>', 'label the conversation starts with, e.g. untrusted', many, none)
    .addHelpText('after', help.run)
    .action((message, options) =>
      act(options.json, async () => (await import('./run.ts')).runMessage(message, options)),
    );

  command(program, 'call', 'one governed call, without a model')
    .argument('<tool>', 'read, list, search, write, edit, js, http or exec')
    .argument('<arguments>', 'the arguments, as JSON')
    .option('--agent <agent>', 'agent in whose name the call is made', 'main')
    .option('--policy <file>', 'policy file; each further one is a further layer', many, none)
    .option('--shadow <file>', 'policy file on trial: what it says is only written down', many, none)
    .option('--workspace <directory>', 'directory the call may see')
    .option('--label <label>', 'label the session carries, e.g. untrusted', many, none)
    .addHelpText('after', help.call)
    .action((tool, args, options) =>
      act(options.json, async () => (await import('./call.ts')).callTool(tool, args, options)),
    );

  command(program, 'continue', 'go on with a run or call whose process ended while people were asked')
    .argument('[id]', 'the run, or the id of its question; not needed where only one waits')
    .option('--list', 'only say which wait', false)
    .addHelpText('after', help.continue)
    .action((id, options) =>
      act(options.json, async () => (await import('./continue.ts')).continueWaiting(id, options)),
    );

  command(program, 'halt', 'stop agents: new calls are refused, running ones end within a second')
    .argument('[reason...]', 'why; whoever makes a call hears it')
    .option('--agent <agent>', 'only this agent')
    .option('--list', 'only say what is halted', false)
    .addHelpText('after', help.halt)
    .action((reason, options) =>
      act(options.json, async () => (await import('./halt.ts')).haltAgents(reason, options), true),
    );

  addEvidenceOptions(command(program, 'resume', 'let halted agents make calls again; for operators'))
    .option('--agent <agent>', 'only this agent')
    .option('--statement', 'only print what has to be signed', false)
    .action((options) => act(options.json, async () => (await import('./halt.ts')).resumeAgents(options)));

  const policy = program.command('policy').description('ask the policy, offline');
  addPolicyCommands(policy, act, version);
  addHistoryCommands(policy, act);
  const group = (name: string, description: string) => program.command(name).description(description);
  const approvals = group('approvals', 'questions that wait for a person');
  addApprovalCommands(approvals, act);
  addDelegationCommands(approvals, act);
  addKeyCommands(group('keys', 'what proves that an answer is by a person: keys and codes'), act);
  addSessionCommands(group('session', 'the conversations of agents'), act);
  addAgentCommands(group('agent', 'the agents, and what config.yaml says of them'), act);
  addLabelCommands(group('labels', 'files that carry labels because of the calls that wrote them'), act);
  addSandboxCommands(group('sandbox', 'containers on this machine, and what was left behind'), act);
  addAuditCommands(group('audit', 'the ledger: what was proposed, decided, approved and done'), act);
  return program;
}

const help = {
  program: `
Start here:
  sallyport demo                                   the whole story, in a minute, without an API key
  sallyport call read '{"path":"README.md"}'       one governed call
  sallyport audit verify                           is the ledger what was written?

Exit codes: 0 done, 1 failed, 2 refused, 64 wrong usage, 130 stopped by Ctrl-C.
State lives in ~/.sallyport (or SALLYPORT_HOME).`,
  demo: `
Without --model it uses ANTHROPIC_API_KEY or OPENAI_API_KEY if one is set, otherwise the playbook that ships.
When it asks, answer y or n, or run \`sallyport approvals approve <id>\` in another terminal.`,
  run: `
Example:
  sallyport run "why is checkout failing?" --workspace ./incident --policy policies/incident-rca.yaml --model anthropic`,
  halt: `
It holds for every process of the state home and over restarts, until \`sallyport resume\`.
Examples:
  sallyport halt "it keeps restarting the database" --agent ops
  sallyport halt`,
  continue: `
A question outlives the process that asked: people can answer it meanwhile, and whoever goes on with the run carries out
what they said, once. Nobody is asked a second time, unless the call, the policy or a file that it reads changed.
Examples:
  sallyport continue --list
  sallyport continue k7f2m9`,
  call: `
Prints {outcome, output|because, effects, grants, digest, ms}. Exit code: 0 ok, 1 failed or unknown, 2 refused.
Examples:
  sallyport call list '{"path":"."}'
  sallyport call exec '{"command":"git log --oneline | head"}'
  sallyport call exec '{"argv":["npm","test"]}' --policy policies/ci.yaml`,
};
