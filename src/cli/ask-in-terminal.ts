// Questions at the terminal: the exact text that was stored, then a prompt that reads the grammar of replies. Somebody else may
// answer first, elsewhere; then the prompt goes away. Without a terminal it says how to answer from another shell.

import { createInterface, type Interface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { startReminders } from '../approvals/reminders.ts';
import { type ParsedReply, parseReply } from '../approvals/reply/parse-reply.ts';
import type { SaidReply } from '../approvals/reply/reply.ts';
import { batchText, digestText, floodMin, reminderText } from '../approvals/several-text.ts';
import { messageOf } from '../kernel/checked.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { JsonObject, Question } from '../kernel/types.ts';
import type { Answered } from './answer-questions.ts';
import { framed } from './framed.ts';
import { namedIn, type PromptAbout, promptAbout } from './prompt-about.ts';
import { harmless, type Screen } from './screen.ts';

/** Hands in what a person said, in the name of this account, and says of each question what came of it. */
export type AnswerQuestion = (said: SaidReply) => Promise<readonly Answered[]>;

/** What was typed before a question could be read is no answer to it: for this long, input is thrown away. */
const typedAheadMs = 200;

/** Shows questions of calls. */
export interface QuestionDesk {
  shown(question: Question): void;
  /** People are asked about several calls at once. */
  planned(questions: readonly Question[]): void;
  /** The call went on, so that nobody need answer about it here any more. */
  answered(callId: string): void;
  /** No call goes on here any more. */
  closed(): void;
}

/** The two ends of a terminal. */
export type Streams = Readonly<Record<'stdin', NodeJS.ReadableStream> & Record<'stderr', NodeJS.WritableStream>>;

/** The desk at this process's terminal. */
export function openQuestionDesk(
  screen: Screen,
  answer: AnswerQuestion,
  { stdin, stderr }: Streams = process,
): QuestionDesk {
  const open = new Map<string, { readonly question: Question; readonly over: AbortController }>();
  let prompt: AbortController | null = null;

  const say = (text: string): void => void stderr.write(`${harmless(text)}\n`);
  const remind = (question: Question, leftMs: number): void => {
    const all = [...open.values()].map((one) => one.question);
    say(`\n${all.length > floodMin ? digestText(all, systemClock.now()) : reminderText(question, leftMs)}`);
  };
  const add = (question: Question): void => {
    const over = new AbortController();
    open.set(question.id, { question, over });
    void startReminders(question, systemClock, remind, over.signal);
  };
  const drop = (id: string): void => {
    open.get(id)?.over.abort();
    open.delete(id);
    if (open.size === 0) prompt?.abort();
  };
  const startPrompt = (): void => {
    if (!screen.isInteractive) return;
    // It begins anew, and says what it is about: another question may stand right above it now.
    if (prompt !== null) {
      prompt.abort();
      return;
    }
    const running = new AbortController();
    prompt = running;
    const questions = () => [...open.values()].map((one) => one.question);
    promptFor(questions, answer, drop, { stdin, stderr }, running.signal)
      .catch((error: unknown) => say(`the prompt ended: ${messageOf(error)}`))
      .finally(() => {
        if (prompt === running) prompt = null;
        // A question that came while the prompt was closing.
        if (open.size > 0) startPrompt();
      });
  };
  const explain = (id: string, deadline: number): void => {
    if (screen.isInteractive) return;
    const until = new Date(deadline).toISOString();
    say(
      `waiting for an answer until ${until}; in another shell:\n` +
        `  sallyport approvals approve ${id}\n  sallyport approvals decline ${id}`,
    );
  };

  return {
    shown(question) {
      // A call that is asked about anew waits for nothing that was asked about it before.
      for (const [id, one] of open) if (one.question.callId === question.callId) drop(id);
      add(question);
      stderr.write(framed(question.text, screen));
      explain(question.id, question.deadline);
      startPrompt();
    },
    planned(questions) {
      const [first] = questions;
      if (first === undefined) return;
      for (const question of questions) add(question);
      stderr.write(framed(batchText(questions), screen));
      explain(first.batch, Math.min(...questions.map(({ deadline }) => deadline)));
      startPrompt();
    },
    answered(callId) {
      for (const { question } of open.values()) if (question.callId === callId) drop(question.id);
    },
    closed() {
      for (const id of [...open.keys()]) drop(id);
    },
  };
}

/** Asks until nothing is open. `drop` is told which questions this person is done with. */
async function promptFor(
  questions: () => readonly Question[],
  answer: AnswerQuestion,
  drop: (id: string) => void,
  { stdin, stderr }: Streams,
  signal: AbortSignal,
): Promise<void> {
  const terminal = createInterface({ input: stdin, output: stderr, terminal: true, prompt: '' });
  // Ctrl-C at the prompt means the run, not the question.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const say = (text: string): void => void stderr.write(`${harmless(text)}\n`);
  try {
    await pause(typedAheadMs, undefined, { signal });
    terminal.write(null, { ctrl: true, name: 'u' });
    for (let about = promptAbout(questions()); about !== null && !signal.aborted; about = promptAbout(questions())) {
      const text = await terminal.question(`${about.text} [y/N, or as listed above] `, { signal });
      const parsed = await readReply(text.trim(), about, terminal, signal);
      if (parsed.kind !== 'reply') {
        say(parsed.kind === 'none' ? 'please answer y or n, or in one of the forms above' : unclearText(parsed));
        continue;
      }
      const said = namedIn(about, parsed.reply);
      for (const { id, kind, told } of await answer(said)) {
        if (kind === 'refused' || said.kind !== 'decline') say(kind === 'refused' ? `did not count: ${told}` : told);
        if (kind === 'counted' && said.kind !== 'always') drop(id);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    stderr.write('\n');
  } finally {
    terminal.close();
  }
}

/** What was typed. Nothing is a no; `edit` alone opens the arguments for editing in the line. */
async function readReply(
  text: string,
  { id: here, first }: PromptAbout,
  terminal: Interface,
  signal: AbortSignal,
): Promise<ParsedReply> {
  if (text.toLowerCase() !== 'edit') {
    const parsed = parseReply(text === '' ? 'no' : text, here);
    const isBareNo = parsed.kind === 'reply' && parsed.reply.kind === 'decline' && parsed.reply.reason === '';
    if (!isBareNo) return parsed;
    return { kind: 'reply', reply: { ...parsed.reply, reason: 'declined at the terminal' } };
  }
  const asking = terminal.question(`arguments of ${first.id}: `, { signal });
  terminal.write(plainJson(first.sealed.action.args));
  return parseReply(`edit ${first.id} ${await asking}`, here);
}

/** The same JSON in printing ASCII: what is put into the line neither steers the terminal nor looks like something else. */
export const plainJson = (args: JsonObject): string =>
  JSON.stringify(args).replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Why it is no answer, and what would have been one. */
export const unclearText = ({ because, nearest }: Extract<ParsedReply, { kind: 'unclear' }>): string =>
  `that is no answer: ${because}${nearest.length === 0 ? '' : `; did you mean \`${nearest.join('` or `')}\`?`}`;
