// The commands about who may answer: roles that are lent, and what proves an answer.

import type { Command } from 'commander';
import { type Act, command, many, none } from './command.ts';
import { addEvidenceOptions } from './evidence.ts';

/** Adds the commands of `approvals` about roles that are lent, and about signing elsewhere. */
export function addDelegationCommands(approvals: Command, act: Act): void {
  const load = () => import('./delegations.ts');
  addEvidenceOptions(command(approvals, 'delegate', 'lend a role of yours to somebody for a while'))
    .requiredOption('--to <person>', 'who gets it')
    .requiredOption('--role <role>', 'a role that you hold yourself')
    .requiredOption('--until <moment>', 'when it ends: `8h`, or `2026-12-01T08:00Z`')
    .action((options) => act(options.json, async () => (await load()).delegate(options)));
  command(approvals, 'delegations', 'the roles that are lent')
    .option('--all', 'also those that are over', false)
    .action((options) => act(options.json, async () => (await load()).listDelegations(options)));
  command(approvals, 'undelegate', 'take a lent role back')
    .argument('<id>', 'its id, as in `approvals delegations`')
    .action((id, options) => act(options.json, async () => (await load()).undelegate(id)));
  command(approvals, 'statement', 'what to sign in order to approve one question, for a key on another machine')
    .argument('<id>', 'its id')
    .option('--person <person>', 'who signs; you, if it is left out')
    .addHelpText('after', help.statement)
    .action((id, options) =>
      act(options.json, async () => (await import('./print-statement.ts')).printStatement(id, options)),
    );
}

/** Adds the commands of `keys`. */
export function addKeyCommands(keys: Command, act: Act): void {
  const load = () => import('./keys.ts');
  const withFile = (made: Command) =>
    made
      .option('--key <file>', 'file of the key, where it is not the usual one')
      .option('--passphrase-file <file>', 'file whose first line is its passphrase');
  withFile(command(keys, 'create', 'make a key of your own, in your home; its public half is printed'))
    .option('--passphrase', 'ask for a passphrase that it is kept under', false)
    .action((options) => act(options.json, async () => (await load()).createKey(options)));
  withFile(command(keys, 'show', 'the public half of your key')).action((options) =>
    act(options.json, async () => (await load()).showKey(options)),
  );
  withFile(command(keys, 'sign', 'sign the text of `approvals statement`; works on any machine'))
    .argument('[file]', 'file with the text; standard input if it is left out')
    .action((file, options) => act(options.json, async () => (await load()).signStatement(file, options)));
  command(keys, 'list', 'the public keys that are known here, and whose they are')
    .option('--all', 'also revoked ones', false)
    .action((options) => act(options.json, async () => (await load()).listKeys(options)));
  addEvidenceOptions(command(keys, 'enrol', 'make a public key of a person known; needs an operator'))
    .argument('<person>', 'whose it is')
    .argument('<public key>', 'as `keys create` printed it')
    .addHelpText('after', help.enrol)
    .action((person, key, options) => act(options.json, async () => (await load()).enrolKey(person, key, options)));
  command(keys, 'revoke', 'let a public key count no more, also for answers that were not used yet')
    .argument('<key>', 'its fingerprint, or the key')
    .action((key, options) => act(options.json, async () => (await load()).revokeKey(key)));
  command(keys, 'verify', 'check who signed which answers, from the records alone')
    .option('--file <export>', 'what `audit export` wrote, on any machine, instead of the ledger here')
    .option('--trust <person=key>', 'a key you know to be of that person; the known ones if left out', many, none)
    .action((options) => act(options.json, async () => (await import('./verify-answers.ts')).verifyAnswers(options)));
  addCodeCommands(keys.command('totp').description('codes of an authenticator'), act);
}

function addCodeCommands(totp: Command, act: Act): void {
  const load = () => import('./codes.ts');
  const whose = (made: Command) => made.option('--person <person>', 'whose codes; your own if left out');
  whose(addEvidenceOptions(command(totp, 'enrol', 'make a device known; prints the secret for it, once')))
    .addHelpText('after', help.enrol)
    .action((options) => act(options.json, async () => (await load()).enrolCodes(options)));
  whose(command(totp, 'confirm', 'show that the device has the secret; then its codes count'))
    .argument('<code>', 'the code it shows')
    .action((code, options) => act(options.json, async () => (await load()).confirmCodes(code, options)));
  whose(addEvidenceOptions(command(totp, 'remove', 'let the codes of a device count no more'))).action((options) =>
    act(options.json, async () => (await load()).removeCodes(options)),
  );
}

const help = {
  statement: `
On the machine with the key:  sallyport keys sign statement.txt
And here:                     sallyport approvals approve <id> --person <person> --signature <signature>`,
  enrol: `
Needs the role operator. Whoever has a step-up already shows it here: --code, or --sign.`,
};
