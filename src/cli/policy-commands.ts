// The commands that ask the policy, offline: what it decides and why, whether its tests hold, what is wrong with it.

import type { Command } from 'commander';
import { type Act, command, many, none } from './command.ts';

/** Adds `decide`, `test`, `explain` and `lint` to `policy`. `version` goes into reports. */
export function addPolicyCommands(policy: Command, act: Act, version: string): void {
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
}

const help = {
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
};
