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
  command(approvals, 'show', 'one question, with the exact text that was shown')
    .argument('<id>', 'its id, as in `approvals list`')
    .option('--full', 'also all that a preview changed and printed', false)
    .action((id, options) => act(options.json, async () => (await load()).showApproval(id, options)));
  addEvidenceOptions(command(approvals, 'approve', 'say yes to one question, once'))
    .argument('<id>', 'its id')
    .option('--person <person>', 'with `--signature`: whose answer it is, whoever hands it in')
    .addHelpText('after', help.approve)
    .action((id, options) => act(options.json, async () => (await load()).answerApproval(id, 'approve', '', options)));
  command(approvals, 'decline', 'say no to one question')
    .argument('<id>', 'its id')
    .argument('[reason...]', 'why; the agent hears it')
    .action((id, reason, options) =>
      act(options.json, async () => (await load()).answerApproval(id, 'decline', reason.join(' '))),
    );
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
The approval fits the one action that was shown, once, until its deadline.`,
};
