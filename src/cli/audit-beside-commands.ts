// The commands about what lies beside the records of the ledger.

import type { Command } from 'commander';
import { type Act, command } from './command.ts';

/** Adds them to `audit`. */
export function addBesideCommands(audit: Command, act: Act): void {
  command(audit, 'output', 'all that a call printed, also where it is too long for its record')
    .argument('<record>', 'number of a `call-finished`')
    .action((record, options) => act(options.json, async () => (await import('./audit-output.ts')).showOutput(record)));
  command(audit, 'reveal', 'prove that a text is what a record does not show')
    .argument('<record>', 'its number')
    .argument('<place>', 'where it is hidden, as the record says, e.g. /args/command')
    .option('--salt', 'print the salts instead, so that others can check; the ledger keeps who did it', false)
    .addHelpText('after', help.reveal)
    .action((record, place, options) =>
      act(options.json, async () => (await import('./audit-reveal.ts')).revealPart(record, place, options)),
    );
  command(audit, 'forget', 'destroy the salts of a record: nobody can prove any more what it does not show')
    .argument('<record>', 'its number')
    .argument('[place]', 'only what is hidden there')
    .action((record, place, options) =>
      act(options.json, async () => (await import('./audit-reveal.ts')).forgetParts(record, place)),
    );
  command(audit, 'prune', 'take away outputs and salts older than `ledger.retention` in config.yaml allows')
    .option('--dry-run', 'only say how much that is', false)
    .action((options) => act(options.json, async () => (await import('./audit-prune.ts')).pruneLedger(options)));
}

const help = {
  reveal: `
The text comes on standard input, so that it is in no history of a shell:
  sallyport audit reveal 12 /args/command < token.txt`,
};
