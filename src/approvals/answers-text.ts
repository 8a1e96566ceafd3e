// The end of a question: what can be answered, in the words of the grammar. Only what would count is offered.

import type { Question } from '../kernel/types.ts';
import { printReply, printScope } from './reply/print-reply.ts';
import type { SaidScope } from './reply/reply.ts';
import { patternLine, whyOnlyOnce } from './standing/offer.ts';
import { field, oneLine } from './text-fields.ts';

const wider: readonly SaidScope[] = [{ kind: 'session' }, { kind: 'uses', max: 5 }, { kind: 'for', ms: 7_200_000 }];

/** The lines that say how to answer. `words` are those of the pattern that is offered; null for none. */
export function answerFields(
  { id, sealed }: Pick<Question, 'id' | 'sealed'>,
  words: readonly string[] | null,
): string[] {
  const only = whyOnlyOnce(sealed);
  const approve = (scope: SaidScope, pattern = 0) =>
    printReply({ kind: 'approve', ids: [id], scope, pattern, code: '' });
  return field('answer with', [
    ...firstForms(id, sealed),
    ...(only === ''
      ? [`${approve({ kind: 'once' })} ${wider.map(printScope).join(' | ')}`]
      : [`  once only: ${oneLine(only)}`]),
    ...(words === null ? [] : [approve({ kind: 'for', ms: 7_200_000 }, 1), `  ${patternLine(words)}`]),
    `decline ${id} <reason>`,
    `edit ${id} <new arguments as JSON>`,
    `always ${id}   (only proposes a rule)`,
  ]);
}

/** How the plainest yes is said where the rule wants it proven. */
function firstForms(id: string, { decision }: Question['sealed']): readonly string[] {
  switch (decision.terms.stepUp) {
    case 'none':
      return [`approve ${id}`];
    case 'code':
      return [`approve ${id} code <digits>`];
    case 'signature':
      return [`sallyport approvals approve ${id} --sign`];
    default:
      return decision.terms.stepUp satisfies never;
  }
}
