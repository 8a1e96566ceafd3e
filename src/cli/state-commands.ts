// The commands about what is kept: questions and their answers, labels of files, containers.

import type { Command } from 'commander';
import { type Act, command, many, none } from './command.ts';
import { addEvidenceOptions } from './evidence.ts';

/** Adds the commands of `approvals`. */
export function addApprovalCommands(approvals: Command, act: Act): void {
  const load = () => import('./approvals.ts');
  command(approvals, 'list', 'the questions, pending ones first')
    .option('--all', 'also those that are over', false)
    .action((options) => act(options.json, async () => (await load()).listApprovals(options)));
  command(approvals, 'show', 'one question, with the exact text that was shown; or all of a plan')
    .argument('<id>', 'its id, as in `approvals list`')
    .option('--full', 'also what the text only counts: closed patterns, all that a preview changed and printed', false)
    .option('--arguments', 'only the arguments, as JSON to edit', false)
    .action((id, options) => act(options.json, async () => (await load()).showApproval(id, options)));
  const answering = (name: string, description: string, words: string, about: string): Command =>
    command(approvals, name, description)
      .argument('<id>', 'a question, or a plan for all of its questions')
      .argument(words, about);
  const person = ['--person <person>', 'with `--signature`: whose answer it is, whoever hands it in'] as const;
  addEvidenceOptions(
    answering('approve', 'say yes to one question, or to several', '[words...]', 'further ids, and how far it reaches'),
  )
    .option(...person)
    .addHelpText('after', help.approve)
    .action((id, words, options) =>
      act(options.json, async () => (await load()).answerNamed('approve', id, words, options)),
    );
  answering(
    'decline',
    'say no to one question, or to several',
    '[reason...]',
    'further ids, and why; the agent hears it',
  ).action((id, reason, options) => act(options.json, async () => (await load()).answerNamed('decline', id, reason)));
  addEvidenceOptions(command(approvals, 'edit', 'put other arguments in the place of those that were asked about'))
    .argument('<id>', 'a question')
    .option('--args <json>', 'the new arguments')
    .option('--args-file <file>', 'file with the new arguments; `-` for standard input')
    .option(...person)
    .addHelpText('after', help.edit)
    .action((id, options) => act(options.json, async () => (await load()).editApproval(id, options)));
  command(approvals, 'always', 'propose a rule that would spare people this question; nothing loads it by itself')
    .argument('<id>', 'a question, also one that is over')
    .action((id, options) => act(options.json, async () => (await load()).answerNamed('always', id, [])));
  command(approvals, 'answer', 'any answer, in the words that every front understands')
    .argument('<words...>', 'e.g. `yes k7f2m9 for 2h`')
    .action((words, options) => act(options.json, async () => (await load()).answerInWords(words.join(' '))));
  command(approvals, 'stats', 'how much people are asked, how long they take, and what wants a rule')
    .option('--since <moment>', 'only since then: `30d`, `12h` or `2026-11-01`')
    .action((options) => act(options.json, async () => (await import('./approval-stats.ts')).approvalStats(options)));
  const grants = approvals.command('grants').description('approvals that reach further than one call');
  const standing = () => import('./standing.ts');
  command(grants, 'list', 'those that stand, newest first')
    .option('--all', 'also those that are over', false)
    .action((options) => act(options.json, async () => (await standing()).listStanding(options)));
  command(grants, 'revoke', 'end them at once')
    .argument('<id...>', 'ids as in `approvals grants list`')
    .action((ids, options) => act(options.json, async () => (await standing()).revokeStanding(ids)));
  const proposals = approvals.command('proposals').description('rules that people asked for by `always`');
  command(proposals, 'list', 'newest first').action((options) =>
    act(options.json, async () => (await import('./proposals.ts')).listProposals()),
  );
  command(proposals, 'show', 'one of them, as it would stand in a policy file')
    .argument('<number>', 'as in `approvals proposals list`')
    .action((number, options) => act(options.json, async () => (await import('./proposals.ts')).showProposal(number)));
}

/** Adds the commands of `labels`. */
export function addLabelCommands(labels: Command, act: Act): void {
  const load = () => import('./labels.ts');
  command(labels, 'list', 'every file that carries a label').action((options) =>
    act(options.json, async () => (await load()).listLabels()),
  );
  command(labels, 'clear', 'take the labels off paths; the ledger keeps who did it')
    .argument('<path...>', 'paths as `labels list` names them')
    .action((paths, options) => act(options.json, async () => (await load()).clearLabels(paths)));
}

/** Adds the commands of `sandbox`. */
export function addSandboxCommands(sandbox: Command, act: Act): void {
  const load = () => import('./sandbox.ts');
  command(sandbox, 'list', 'the containers of all kernels here')
    .option('--label <label>', 'only those with this label, `name` or `name=value`', many, none)
    .action((options) => act(options.json, async () => (await load()).listContainers(options)));
  command(sandbox, 'reap', 'remove the containers and mounts of kernels that do not run any more')
    .option('--label <label>', 'only containers with this label, `name` or `name=value`', many, none)
    .option('--all', 'also containers of kernels that run; their calls end', false)
    .action((options) => act(options.json, async () => (await load()).reapLeftovers(options)));
}

const help = {
  approve: `
You answer as the account you are logged in with; who may answer what is set under \`people\` in config.yaml.
The approval fits the one action that was shown, once, until its deadline. It can reach further:
  sallyport approvals approve k7f2m9 for this session
  sallyport approvals approve k7f2m9 5 times
  sallyport approvals approve k7f2m9 until 18:00
  sallyport approvals approve k7f2m9 pattern 1 for 2h    a pattern that the question shows`,
  edit: `
The call is judged anew with the new arguments, in your name, and asks again where a rule says so. To edit them in a file:
  sallyport approvals show k7f2m9 --arguments > args.json
  sallyport approvals edit k7f2m9 --args-file args.json`,
};
