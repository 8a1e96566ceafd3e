// `sallyport labels`: which files carry labels because of the calls that wrote them, and taking a label off again.

import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { LabelMark } from '../kernel/ports.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { jsonText, oneLine } from './screen.ts';

/** `labels list`: every mark, by path. */
export function listLabels(): Action {
  return async ({ settings, screen }) => {
    const { store } = await openLedger(settings.home, systemClock);
    try {
      const marks = await store.labelMarks();
      if (screen.isJson) screen.result(jsonText(marks));
      else for (const mark of marks) screen.result(lineOf(mark));
      if (marks.length === 0) screen.note('no file carries a label\n');
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

/** `labels clear`: forgets the marks of these paths. Whoever does it answers for it: that is written down first. */
export function clearLabels(paths: readonly string[]): Action {
  return async ({ settings, screen }) => {
    const { store, ledger } = await openLedger(settings.home, systemClock);
    try {
      const absolute = paths.map((path) => resolve(path));
      const marked = (await store.labelMarks()).filter(({ path }) => absolute.includes(path));
      if (marked.length > 0) {
        const marks = marked.map(({ path, labels }) => ({ path, labels }));
        await ledger.append({ type: 'labels-cleared', body: { by: userInfo().username, marks } });
        await store.dropLabelMarks(absolute);
      }
      if (screen.isJson) screen.result(jsonText({ cleared: marked }));
      else for (const mark of marked) screen.result(`cleared  ${lineOf(mark)}`);
      if (marked.length === 0) {
        process.stderr.write('sallyport: none of these paths is marked: name them as `labels list` does\n');
        return exitCode.failed;
      }
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

function lineOf({ path, labels, changed }: LabelMark): string {
  const when = changed === null ? '' : `  what changed in it ${timeOf(changed.from)} to ${timeOf(changed.until)}`;
  return `${oneLine(path, 400)}  ${labels.map((label) => oneLine(label, 64)).join(', ')}${when}`;
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
