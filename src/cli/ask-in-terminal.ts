// A question at the terminal: the exact text that was stored, then y or n. Somebody else may answer first, elsewhere; then
// the prompt goes away. Without a terminal it says how to answer from another shell.

import { createInterface } from 'node:readline/promises';
import type { Question } from '../kernel/types.ts';
import type { Shown } from './open-approvals.ts';
import type { Screen } from './screen.ts';

/**
 * Hands in what a person said; how many more people have to approve. Rejects with a message for them if the answer does not
 * count.
 */
export type AnswerQuestion = (
  id: string,
  kind: 'approve' | 'decline',
  reason: string,
  shown?: Shown,
) => Promise<number>;

/** Shows questions of calls. `answered` must be called when the call went on, so that an open prompt closes. */
export interface QuestionDesk {
  shown(question: Question): void;
  answered(): void;
}

/** The desk at this process's terminal. */
export function openQuestionDesk(screen: Screen, answer: AnswerQuestion): QuestionDesk {
  let open = new AbortController();
  return {
    shown(question) {
      open = new AbortController();
      process.stderr.write(framed(question, screen));
      if (!screen.isInteractive) {
        process.stderr.write(
          `waiting for an answer until ${new Date(question.deadline).toISOString()}; in another shell:\n` +
            `  sallyport approvals approve ${question.id}\n  sallyport approvals decline ${question.id}\n`,
        );
        return;
      }
      promptFor(question, answer, open.signal).catch((error) =>
        process.stderr.write(
          `\nyour answer did not count: ${error instanceof Error ? error.message : String(error)}\n`,
        ),
      );
    },
    answered: () => open.abort(),
  };
}

async function promptFor(question: Question, answer: AnswerQuestion, signal: AbortSignal): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C at the prompt means the run, not the question.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    for (;;) {
      const said = (await terminal.question('approve this one action? [y/N] ', { signal })).trim().toLowerCase();
      if (said === 'y' || said === 'yes') {
        const missing = await answer(question.id, 'approve', '');
        if (missing > 0)
          process.stderr.write(
            `counted; ${missing} more must approve it: sallyport approvals approve ${question.id}\n`,
          );
        return;
      }
      if (said === '' || said === 'n' || said === 'no') {
        await answer(question.id, 'decline', 'declined at the terminal');
        return;
      }
      process.stderr.write('please answer y or n\n');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('\n');
  } finally {
    terminal.close();
  }
}

function framed(question: Question, { colours, columns }: Screen): string {
  const rule = colours.yellow('─'.repeat(Math.max(columns - 4, 20)));
  const lines = question.text
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line, columns - 4));
  return `\n${rule}\n${lines.map((line) => `${colours.yellow('│')} ${line}\n`).join('')}${rule}\n`;
}

/** The line in pieces that fit, the later ones under the first one's value; nothing is left out. */
function wrapped(line: string, columns: number): readonly string[] {
  const indent = ' '.repeat(/^(\S* {2,}|\s*)/.exec(line)?.[0].length ?? 0);
  const room = columns - indent.length;
  if (line.length <= columns || room < 20) return [line];
  const space = line.lastIndexOf(' ', columns);
  const end = space > indent.length ? space : columns;
  return [line.slice(0, end), ...wrapped(indent + line.slice(end).trimStart(), columns)];
}
