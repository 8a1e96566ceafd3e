// The text of a question as the ledger keeps it. It is the one that people were shown; where arguments are private, the same
// text written without them.

import { type Discretion, privateMarker } from '../kernel/ledger-entry.ts';
import { textsIn, withoutParts } from '../kernel/private-parts.ts';
import { createRedactor, type Redact } from '../kernel/redactor.ts';
import type { JsonObject, Question } from '../kernel/types.ts';

/** Writes the text of a question; the function it gets hides what must not be seen. */
export type WriteText = (question: Omit<Question, 'text'>, hide: Redact) => string;

/** The text that goes into the record of a question. */
export function recordedText(question: Question, write: WriteText, { redact, findPrivate }: Discretion): string {
  const { sealed } = question;
  const parts = findPrivate(sealed.action.tool, sealed.action.args);
  if (parts.length === 0) return question.text;
  const hidePrivate = createRedactor(
    parts.flatMap(({ value }) => textsIn(value)),
    privateMarker,
  );
  const shown: JsonObject = Object.fromEntries(
    Object.entries(sealed.action.args).map(([name, value]) => [
      name,
      withoutParts(
        value,
        parts.flatMap(({ path }) => (path[0] === name ? [path.slice(1)] : [])),
        privateMarker,
      ),
    ]),
  );
  const action = { ...sealed.action, args: shown };
  return write({ ...question, sealed: { ...sealed, action } }, (text) => redact(hidePrivate(text)));
}
