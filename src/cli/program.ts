// The command line: names, options and help of every command. Each command's work is in a file of its own, loaded only
// when it runs, so that help and refusals come at once.

import { Command, CommanderError } from 'commander';
import type { Settings } from '../config.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { addHistoryCommands } from './history-commands.ts';
import { processScreen, type Screen } from './screen.ts';

/** What a command gets: the settings, the screen, and a signal that aborts on Ctrl-C or SIGTERM. */
export interface Context {
  readonly settings: Settings;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

type Action = (context: Context) => Promise<number>;

const many = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const none: readonly string[] = [];

/**
 * Parses `argv` (without node and script) and runs the command.
 * @returns the exit code: 0 done, 1 failed, 2 refused, 64 usage, 130 aborted.
 */
export async function runProgram(
  argv: readonly string[],
  settings: () => Promise<Settings>,
  version: string,
  signal: AbortSignal,
): Promise<number> {
  let code: number = exitCode.done;
  const act = async (isJson: boolean, load: () => Promise<Action>) => {
    const known = await settings();
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

function programOf(version: string, act: (isJson: boolean, load: () => Promise<Action>) => Promise<void>): Command {
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
    .option('--agent <agent>', 'agent that does it', 'main')
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

  const policy = program.command('policy').description('ask the policy, offline');
  command(policy, 'decide', 'read calls from standard input, write one decision each')
    .option('--policy <file>', 'policy file; each further one is a further layer', many, none)
    .option('--workspace <directory>', 'directory the calls are about')
    .addHelpText('after', help.decide)
    .action((options) => act(options.json, async () => (await import('./policy-decide.ts')).decideCalls(options)));

  command(policy, 'test', 'run the *.test.yaml files beside policies: failures, rules without a test, mutants')
    .argument('[paths...]', 'test files, or folders that hold some; otherwise those beside the policies in use')
    .option('--mutations', 'also make small mistakes in the rules, one at a time: some test must notice each', false)
    .option('--strict', 'rules that no test touches and mistakes that none notices are failures', false)
    .option('--junit <file>', 'write a report for CI systems')
    .option('--sarif <file>', 'write a report for code hosts')
    .addHelpText('after', help.test)
    .action((paths, options) =>
      act(options.json, async () => (await import('./policy-test.ts')).testPolicies(paths, options, version)),
    );

  command(policy, 'explain', 'why one call is decided as it is, and what would have to change')
    .argument('[tool]', 'read, list, search, write, edit, js, http or exec')
    .argument('[arguments]', 'the arguments, as JSON')
    .option('--command <text>', 'shell text, instead of a tool and its arguments')
    .option('--policy <file>', 'policy file; each further one is a further layer', many, none)
    .option('--workspace <directory>', 'directory the call is about')
    .option('--agent <agent>', 'agent in whose name the call is made', 'main')
    .option('--label <label>', 'label the session carries, e.g. untrusted', many, none)
    .option('--sender <person>', 'person the message came from')
    .option('--role <role>', 'role of that person', many, none)
    .option('--channel <channel>', 'front the message came through')
    .option('--trigger <trigger>', 'what set the run off: message, schedule, webhook or agent')
    .option('--at <time>', 'moment of the decision, e.g. 2026-12-31T18:00:00Z; otherwise now')
    .addHelpText('after', help.explain)
    .action((tool, args, options) =>
      act(options.json, async () => (await import('./policy-explain.ts')).explainCall(tool, args, options)),
    );

  command(policy, 'lint', 'what loads and is still wrong in policy files, with the reason and what to do')
    .argument('[files...]', 'policy files, each looked at on its own; otherwise the configured ones, as one policy')
    .option('--layers', 'the files are layers of one policy', false)
    .option('--sarif <file>', 'write a report for code hosts')
    .addHelpText('after', help.lint)
    .action((files, options) =>
      act(options.json, async () => (await import('./policy-lint.ts')).lintPolicies(files, options, version)),
    );

  addHistoryCommands(policy, command, act);
  approvalCommands(program.command('approvals').description('questions that wait for a person'), act);
  labelCommands(
    program.command('labels').description('files that carry labels because of the calls that wrote them'),
    act,
  );
  sandboxCommands(program.command('sandbox').description('containers on this machine, and what was left behind'), act);
  auditCommands(program.command('audit').description('the ledger: what was proposed, decided, approved and done'), act);
  return program;
}

type Act = (isJson: boolean, load: () => Promise<Action>) => Promise<void>;

function approvalCommands(approvals: Command, act: Act): void {
  const load = () => import('./approvals.ts');
  command(approvals, 'list', 'the questions, pending ones first')
    .option('--all', 'also those that are over', false)
    .action((options) => act(options.json, async () => (await load()).listApprovals(options)));
  command(approvals, 'show', 'one question, with the exact text that was shown')
    .argument('<id>', 'its id, as in `approvals list`')
    .option('--full', 'also all that a preview changed and printed', false)
    .action((id, options) => act(options.json, async () => (await load()).showApproval(id, options)));
  command(approvals, 'approve', 'say yes to one question, once')
    .argument('<id>', 'its id')
    .addHelpText('after', help.approve)
    .action((id, options) => act(options.json, async () => (await load()).answerApproval(id, 'approve', '')));
  command(approvals, 'decline', 'say no to one question')
    .argument('<id>', 'its id')
    .argument('[reason...]', 'why; the agent hears it')
    .action((id, reason, options) =>
      act(options.json, async () => (await load()).answerApproval(id, 'decline', reason.join(' '))),
    );
}

function labelCommands(labels: Command, act: Act): void {
  const load = () => import('./labels.ts');
  command(labels, 'list', 'every file that carries a label').action((options) =>
    act(options.json, async () => (await load()).listLabels()),
  );
  command(labels, 'clear', 'take the labels off paths; the ledger keeps who did it')
    .argument('<path...>', 'paths as `labels list` names them')
    .action((paths, options) => act(options.json, async () => (await load()).clearLabels(paths)));
}

function sandboxCommands(sandbox: Command, act: Act): void {
  const load = () => import('./sandbox.ts');
  command(sandbox, 'list', 'the containers of all kernels here')
    .option('--label <label>', 'only those with this label, `name` or `name=value`', many, none)
    .action((options) => act(options.json, async () => (await load()).listContainers(options)));
  command(sandbox, 'reap', 'remove the containers and mounts of kernels that do not run any more')
    .option('--label <label>', 'only containers with this label, `name` or `name=value`', many, none)
    .option('--all', 'also containers of kernels that run; their calls end', false)
    .action((options) => act(options.json, async () => (await load()).reapLeftovers(options)));
}

function auditCommands(audit: Command, act: Act): void {
  const load = () => import('./audit.ts');
  command(audit, 'list', 'records, newest first')
    .option('--limit <n>', 'how many', '50')
    .option('--run <run>', 'only of this run')
    .option('--type <type>', 'only of this type, e.g. call-refused')
    .action((options) => act(options.json, async () => (await load()).listRecords(options)));
  command(audit, 'show', 'one record whole, or all records of one call or run')
    .argument('<record>', 'its number, a call id, a run id or a digest')
    .action((record, options) => act(options.json, async () => (await load()).showRecord(record)));
  command(audit, 'verify', 'check every byte, the order and the links of the ledger')
    .option('--head <seq:hash>', 'also check that it still contains this head, kept elsewhere')
    .option('--file <export>', 'check what `audit export` wrote instead, on any machine')
    .addHelpText('after', help.verify)
    .action((options) => act(options.json, async () => (await load()).verifyLedger(options)));
  command(audit, 'export', 'the ledger as JSON Lines on standard output, verifiable elsewhere').action((options) =>
    act(options.json, async () => (await load()).exportLedger()),
  );
}

/** A command with what all of them share. */
const command = (parent: Command, name: string, description: string): Command =>
  parent.command(name).description(description).option('--json', 'machine-readable output', false).exitOverride();

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
  call: `
Prints {outcome, output|because, effects, grants, digest, ms}. Exit code: 0 ok, 1 failed or unknown, 2 refused.
Examples:
  sallyport call list '{"path":"."}'
  sallyport call exec '{"command":"git log --oneline | head"}'
  sallyport call exec '{"argv":["npm","test"]}' --policy policies/ci.yaml`,
  decide: `
Reads one JSON object a line: {"id","agent","tool","args","labels"}; writes one decision a line:
{"id","verdict","because","rules","effects","grants","digest"}. Nothing is executed or recorded.
Example:
  echo '{"id":"1","tool":"exec","args":{"command":"git push"}}' | sallyport policy decide --policy policies/default.yaml`,
  test: `
Nothing is executed: each call of a test file is understood and decided, in a workspace made for it. Exit code: 0 all as
expected, 1 not. docs/policy.md shows how to write one:
  policy: [ci.yaml]
  cases:
    - name: tests run freely, and a push asks
      allow: [npm test, { read: package.json }]
      ask: [git push]
Examples:
  sallyport policy test policies --mutations
  sallyport policy test --mutations --strict --junit report.xml --sarif report.sarif`,
  explain: `
Shows each effect with the part of the command it comes from, the rules that were looked at and the one that wins, what the
sandbox would get, and for a refusal the rule to narrow or the smallest rule that would allow it, tried before it is shown.
Nothing is executed or recorded; rules with \`atMost\` count as unused.
Examples:
  sallyport policy explain --command 'npm test && git push'
  sallyport policy explain write '{"path":"src/main.ts","content":""}' --policy policies/default.yaml --label untrusted`,
  lint: `
Errors (exit code 1): does-not-load, unreachable, runs-anything (\`ssh web *\` runs any program there), contradictory
conditions. Warnings: rules that change nothing or open more than they look like. Notes: worth a look.
Examples:
  sallyport policy lint policies/*.yaml
  sallyport policy lint --layers org.yaml team.yaml --sarif lint.sarif`,
  approve: `
You answer as the account you are logged in with; who may answer what is set under \`people\` in config.yaml.
The approval fits the one action that was shown, once, until its deadline.`,
  verify: `
Keep the head it prints somewhere else: with --head a ledger that was cut or replaced as a whole is found, too.`,
};
