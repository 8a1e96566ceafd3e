// Which of the questions that wait a prompt at the terminal is about. What always holds: it names them, and a plain yes answers
// those and no other, whatever comes up while somebody types.

import type { SaidReply } from '../approvals/reply/reply.ts';
import type { Question } from '../kernel/types.ts';

/** What one prompt is about. */
export interface PromptAbout {
  /** How it can be named in a reply: a question, or a plan. */
  readonly id: string;
  readonly questions: readonly Question[];
  /** The question that `edit` alone opens. */
  readonly first: Question;
  /** What is asked, without the forms of an answer. */
  readonly text: string;
}

/** The plan, if all that wait belong to one; else the question that was shown last. Null if nothing waits. */
export function promptAbout(open: readonly Question[]): PromptAbout | null {
  const [first] = open;
  const last = open.at(-1);
  if (first === undefined || last === undefined) return null;
  const { batch } = first;
  const isPlan = open.length > 1 && batch !== '' && open.every((one) => one.batch === batch);
  if (!isPlan) return { id: last.id, questions: [last], first: last, text: `approve ${last.id}?` };
  return { id: batch, questions: open, first, text: `approve all ${open.length} calls of plan ${batch}?` };
}

/** The reply with the questions that the prompt was about in place of the id of their plan. */
export function namedIn(about: PromptAbout, said: SaidReply): SaidReply {
  const isPlan = said.ids.length === 1 && said.ids[0] === about.id;
  return isPlan ? { ...said, ids: about.questions.map(({ id }) => id) } : said;
}
