// The commands by which people read the ledger: finding, following, comparing, reporting.

import type { Command } from 'commander';
import { type Act, command } from './command.ts';

/** Adds `search` to `audit`. */
export function addReviewCommands(audit: Command, act: Act): void {
  command(audit, 'search', 'records by what they say, newest first')
    .argument('[words...]', 'words, "phrases", wor*, field:value, since:2h; -word leaves out')
    .option('--limit <n>', 'how many', '50')
    .addHelpText('after', help.search)
    .action((words, options) =>
      act(options.json, async () => (await import('./audit-search.ts')).searchLedger(words, options)),
    );
}

const help = {
  search: `
A record has to have all of it. Fields: agent, answer, approval, call, channel, digest, host, label, outcome, path, person,
policy, program, rule, run, secret, session, tool, trigger, type, verdict; path: and host: find what lies below, too. Times:
since: and until: with 45s, 90m, 2h, 30d, 4w or a date. What begins with - is left out; write -- before the first such word.
The index is \`search.db\` in the state home; it can be deleted at any time.
Examples:
  sallyport audit search timeout tool:exec since:2h
  sallyport audit search '"permission denied"' agent:ci -- -outcome:ok
  sallyport audit search verdict:deny host:example.com until:2026-11-01 --json`,
};
