// The commands by which a policy grows: what changed files would decide otherwise, what today's rules would have made of the
// past, what a policy on trial said, and which rules would spare people the same question.

import type { Command } from 'commander';
import { type Act, command, many } from './command.ts';

/** Adds `diff`, `replay`, `shadow` and `suggest` to `policy`. */
export function addHistoryCommands(policy: Command, act: Act): void {
  const selecting = (made: Command): Command =>
    made
      .option('--since <when>', 'only calls since then, e.g. 30d, 12h, 2026-11-01')
      .option('--run <run>', 'only calls of this run')
      .option('--agent <agent>', 'only calls of this agent')
      .option('--limit <n>', 'only the newest calls, so many');

  selecting(command(policy, 'diff', 'which calls two policies decide differently, with calls that show it'))
    .argument(
      '<policies...>',
      'before and after, each a file or `file,file` for layers; one alone: the configured one is before',
    )
    .option('--no-ledger', 'leave out the calls of the ledger')
    .option('--fail-on-looser', 'exit code 1 if a call is decided more loosely, or gets more', false)
    .addHelpText('after', help.diff)
    .action((policies, options) =>
      act(options.json, async () => (await import('./policy-diff.ts')).diffPolicyFiles(policies, options)),
    );

  selecting(command(policy, 'replay', "what today's rules would have made of the calls in the ledger"))
    .option(
      '--policy <file>',
      'policy file instead of the configured ones; each further one is a further layer',
      many,
      [],
    )
    .addHelpText('after', help.replay)
    .action((options) => act(options.json, async () => (await import('./policy-replay.ts')).replayLedger(options)));

  selecting(command(policy, 'shadow', 'what the policy on trial said differently, from the ledger'))
    .addHelpText('after', help.shadow)
    .action((options) => act(options.json, async () => (await import('./policy-shadow.ts')).showShadows(options)));

  selecting(command(policy, 'suggest', 'the narrowest rules that would spare people the same question again and again'))
    .option(
      '--policy <file>',
      'policy file instead of the configured ones; each further one is a further layer',
      many,
      [],
    )
    .option('--approvals <n>', 'how often something was approved at least', '3')
    .option('--days <n>', 'days until a rule expires', '90')
    .option('--amended <folder>', 'also write copies of the policy files with the suggested rules in them')
    .addHelpText('after', help.suggest)
    .action((options) => act(options.json, async () => (await import('./policy-suggest.ts')).suggestPolicy(options)));
}

const help = {
  diff: `
Tries the examples of both policies, the calls of the test files beside them, and the calls of the ledger. Shown are calls that
get another verdict, or the same one with more or less granted, other labels, or other people asked; looser ones first.
That nothing is found is no proof.
Examples:
  sallyport policy diff policies/ci.yaml new-ci.yaml --fail-on-looser
  sallyport policy diff org.yaml,ci.yaml org.yaml,new-ci.yaml --no-ledger`,
  replay: `
Effects are taken from the ledger as they were recorded; files, hosts and people are not asked again. What asks is taken to
end as it did then. Times are those of the records. Calls that nobody understood stay refused and are counted apart.
Examples:
  sallyport policy replay --since 30d
  sallyport policy replay --policy ci.yaml --agent ci --json`,
  shadow: `
A policy on trial judges every call, and what it says is only written down: \`--shadow new.yaml\` with run and call, or
\`shadow: [new.yaml]\` in config.yaml. This sums up where it said something else than the policy in force.
Example:
  sallyport policy shadow --since 7d`,
  suggest: `
Prints a policy file of rules for commands that people approved at least so often, and did not decline since: exactly these
commands, or with a star for one word of which three were approved that begin alike. Above each rule stand who approved it,
how many past calls it would have allowed and what became of them, and the exception that the asking rule needs. A rule that
would have allowed a declined call is only a comment. The files in force are not touched.
Examples:
  sallyport policy suggest --since 30d > suggested.yaml
  sallyport policy suggest --policy ci.yaml --amended out && sallyport policy diff ci.yaml out/ci.yaml`,
};
