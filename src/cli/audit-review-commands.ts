// The commands by which people read the ledger: finding, following, comparing, reporting.

import type { Command } from 'commander';
import { type Act, command, many, none } from './command.ts';

/** Adds `search`, `follow`, `diff`, `report` and `export` to `audit`. */
export function addReviewCommands(audit: Command, act: Act): void {
  command(audit, 'search', 'records by what they say, newest first')
    .argument('[words...]', 'words, "phrases", wor*, field:value, since:2h; -word leaves out')
    .option('--limit <n>', 'how many', '50')
    .addHelpText('after', help.search)
    .action((words, options) =>
      act(options.json, async () => (await import('./audit-search.ts')).searchLedger(words, options)),
    );
  command(audit, 'follow', 'records as they are written, by any process, until Ctrl-C')
    .option('--run <run>', 'only of this run')
    .option('--type <type>', 'only of this type, e.g. call-refused')
    .option('--last <n>', 'begin with so many that are there already', '10')
    .action((options) => act(options.json, async () => (await import('./audit-follow.ts')).followRecords(options)));
  command(audit, 'diff', 'what two runs did differently: calls, decisions, answers, outcomes')
    .argument('<before>', 'a run id, or the number of one of its records')
    .argument('<after>', 'another one')
    .action((before, after, options) =>
      act(options.json, async () => (await import('./audit-diff.ts')).diffRuns(before, after)),
    );
  command(audit, 'report', 'a report on a run for people: what was asked, done, refused, approved, changed')
    .argument('<run>', 'its id, or the number of one of its records')
    .option('--format <format>', 'markdown or html; markdown, unless --out ends in .html')
    .option('--out <file>', 'write it there')
    .addHelpText('after', help.report)
    .action((run, options) =>
      act(options.json, async () =>
        (await import('./audit-report.ts')).reportOnRun(run, options, audit.parent?.version() ?? ''),
      ),
    );
  command(
    audit,
    'export',
    'the ledger on standard output: JSON Lines that are verifiable elsewhere, CSV, or OCSF events',
  )
    .option('--format <format>', 'jsonl, csv or ocsf', 'jsonl')
    .option('--since <when>', 'only records since then, e.g. 30d, 12h, 2026-11-01')
    .option('--until <when>', 'only records until then')
    .option('--type <type>', 'only of this type; may be repeated', many, none)
    .option('--run <run>', 'only of this run')
    .addHelpText('after', help.export)
    .action((options) =>
      act(options.json, async () =>
        (await import('./audit-export.ts')).exportLedger(options, audit.parent?.version() ?? ''),
      ),
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
  report: `
The HTML is one file that needs nothing else and holds no script. The report proves nothing by itself: it says how to check it.
Examples:
  sallyport audit report run-6f1c > report.md
  sallyport audit report run-6f1c --out report.html`,
  export: `
JSON Lines hold exactly the bytes that the hashes are about: \`sallyport audit verify --file ledger.jsonl\` checks them on any
machine. A part of the ledger, CSV and OCSF are for reading: they cannot be verified by themselves. OCSF events are of
schema 1.5.0, class API Activity (6003), one on each line.
Examples:
  sallyport audit export > ledger.jsonl
  sallyport audit export --format csv --since 30d --type call-refused > refused.csv`,
};
