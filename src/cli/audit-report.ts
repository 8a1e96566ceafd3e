// `sallyport audit report`: an incident report on one run, as Markdown or HTML.

import { writeFileSync } from 'node:fs';
import { messageOf } from '../kernel/checked.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { genesis } from '../ledger/record.ts';
import { findRun } from '../ledger/review/find-run.ts';
import { htmlOf } from '../ledger/review/html.ts';
import { markdownOf } from '../ledger/review/markdown.ts';
import { reportOf } from '../ledger/review/report.ts';
import { withLedger } from './audit.ts';
import { noSuchRun } from './audit-tree.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { jsonText } from './screen.ts';

const formats = { markdown: markdownOf, html: htmlOf } as const;

const isFormat = (name: string): name is keyof typeof formats => Object.hasOwn(formats, name);

/** Prints the report on a run, or writes it to a file (mode 0600). */
export function reportOnRun(run: string, options: { format?: string; out?: string }, version: string): Action {
  const { out } = options;
  const format = options.format ?? (out !== undefined && /\.html?$/i.test(out) ? 'html' : 'markdown');
  if (!isFormat(format)) throw new UsageError(`could not use \`--format ${format}\`: give markdown or html`);
  return withLedger(async (ledger, { screen }) => {
    const story = await findRun(ledger, run);
    if (story === null) return noSuchRun(run);
    const head = (await ledger.head()) ?? genesis;
    const document = reportOf(story, { madeAt: systemClock.now(), head, version });
    const text = formats[format](document);
    if (out === undefined) process.stdout.write(screen.isJson ? `${jsonText({ format, text })}\n` : text);
    else {
      try {
        writeFileSync(out, text, { mode: 0o600 });
      } catch (error) {
        throw new UsageError(`could not write the report to \`${out}\`: ${messageOf(error)}`, { cause: error });
      }
      screen.result(screen.isJson ? jsonText({ format, out }) : `the report is in ${out}`);
    }
    return exitCode.done;
  });
}
