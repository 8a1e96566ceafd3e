// `sallyport audit show <run> --tree`: a run as a tree of calls.

import { findRun } from '../ledger/review/find-run.ts';
import { treeOf } from '../ledger/review/tree.ts';
import { withLedger } from './audit.ts';
import type { Action } from './command.ts';
import { drawTree } from './draw-tree.ts';
import { exitCode } from './exit-codes.ts';
import { jsonText } from './screen.ts';

/** Prints the tree of a run; with `--json` the story it is drawn from. */
export function showTree(run: string): Action {
  return withLedger(async (ledger, { screen }) => {
    const story = await findRun(ledger, run);
    if (story === null) return noSuchRun(run);
    if (screen.isJson) screen.result(jsonText(story));
    else for (const line of drawTree(treeOf(story), screen)) screen.result(line);
    return exitCode.done;
  });
}

/** Says that there is no such run. */
export function noSuchRun(run: string): number {
  process.stderr.write(
    `sallyport: no run \`${run}\`: give its id or the number of one of its records, from \`audit list --type run-started\`\n`,
  );
  return exitCode.failed;
}
