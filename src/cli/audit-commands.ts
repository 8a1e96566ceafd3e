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
    .option('--tree', 'the run of that record as a tree of what was said, called, decided, answered and done', false)
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
    .option('--proof <file>', 'check what `audit prove` wrote instead, on any machine')
    .addHelpText('after', help.verify)
    .action((options) => act(options.json, async () => (await import('./audit-verify.ts')).verifyLedger(options)));
  addSigningCommands(audit, act);
  addBesideCommands(audit, act);
  addReviewCommands(audit, act);
}

function addSigningCommands(audit: Command, act: Act): void {
  const load = () => import('./audit-checkpoint.ts');
  command(audit, 'checkpoint', 'sign the ledger as it is now, publish that, and print it').action((options) =>
    act(options.json, async () => (await load()).printCheckpoint()),
  );
  command(audit, 'prove', 'print a proof that a record is in the ledger, or that it goes on from an older checkpoint')
    .argument('[record]', 'its number')
    .option('--since <file>', 'the older checkpoint')
    .action((record, options) => act(options.json, async () => (await load()).printProof(record, options)));
  const keys = audit.command('keys').description('the keys that sign the ledger');
  const loadKeys = () => import('./audit-keys.ts');
  command(keys, 'list', 'their public lines, the one that signs now first').action((options) =>
    act(options.json, async () => (await loadKeys()).listSigningKeys()),
  );
  command(keys, 'rotate', 'sign with a new key from now on; the old one signs that').action((options) =>
    act(options.json, async () => (await loadKeys()).rotateSigningKey()),
  );
}

const help = {
  verify: `
Keep the head it prints, or checkpoints, somewhere else: with --head or --checkpoint a ledger that was cut or replaced as
a whole is found, too. Exit code: 0 intact, 1 not, 3 intact but not signed as a whole by a key given with --trust.`,
};
