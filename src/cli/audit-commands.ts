// The commands about the ledger.

import type { Command } from 'commander';
import { addBesideCommands } from './audit-beside-commands.ts';
import { addReviewCommands } from './audit-review-commands.ts';
import { type Act, command, many, none } from './command.ts';

/** Adds the commands of `audit`. */
export function addAuditCommands(audit: Command, act: Act): void {
  const load = () => import('./audit.ts');
  command(audit, 'list', 'records, newest first')
    .option('--limit <n>', 'how many', '50')
    .option('--run <run>', 'only of this run')
    .option('--type <type>', 'only of this type, e.g. call-refused')
    .action((options) => act(options.json, async () => (await load()).listRecords(options)));
  command(audit, 'show', 'one record whole, or all records of one call or run')
    .argument('<record>', 'its number, a call id, a run id or a digest')
    .option('--tree', 'a run as a tree of what was said, called, decided, answered and done', false)
    .action((record, options) =>
      act(options.json, async () =>
        options.tree ? (await import('./audit-tree.ts')).showTree(record) : (await load()).showRecord(record),
      ),
    );
  command(audit, 'verify', 'check every byte, the order and the links of the ledger')
    .option('--head <seq:hash>', 'also check that it still contains this head, kept elsewhere')
    .option(
      '--checkpoint <file>',
      'also check that it still begins with what these checkpoints were signed over',
      many,
      none,
    )
    .option('--trust <key>', 'public key, or file of keys, that has to stand behind all of it', many, none)
    .option('--file <export>', 'check what `audit export` wrote instead, on any machine')
    .addHelpText('after', help.verify)
    .action((options) => act(options.json, async () => (await import('./audit-verify.ts')).verifyLedger(options)));
  command(audit, 'export', 'the ledger as JSON Lines on standard output, verifiable elsewhere').action((options) =>
    act(options.json, async () => (await load()).exportLedger()),
  );
  addBesideCommands(audit, act);
  addReviewCommands(audit, act);
}

const help = {
  verify: `
Keep the head it prints, or checkpoints, somewhere else: with --head or --checkpoint a ledger that was cut or replaced as
a whole is found, too. Exit code: 0 intact, 1 not, 3 intact but not signed as a whole by a key given with --trust.`,
};
