// `sallyport approvals statement`: the text that a person signs in order to approve one question, once.

import { statementOf, statementText } from '../approvals/statement.ts';
import { ledgerName } from '../approvals/step-up.ts';
import type { Store, StoredQuestion } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { openLedger } from './open-ledger.ts';
import { openPeople } from './open-people.ts';
import { jsonText } from './screen.ts';

/** Prints exactly the bytes to sign. */
export function printStatement(id: string, options: { readonly person?: string }): Action {
  return async ({ settings, screen }) => {
    const { store } = await openLedger(settings.home, systemClock);
    try {
      const stored = await store.question(id);
      const person = options.person ?? (await openPeople(store, settings).me())?.id;
      if (stored === null || person === undefined) {
        const what = stored === null ? `there is no question \`${id}\`` : 'you are not among the people here';
        process.stderr.write(`sallyport: ${what}: see \`sallyport approvals list\` and \`--person\`\n`);
        return exitCode.failed;
      }
      const text = await answerStatement(stored, approvalOnce, person, store);
      // The text ends its own last line.
      screen.result(screen.isJson ? jsonText({ id, person, statement: text }) : text.trimEnd());
      return exitCode.done;
    } finally {
      await store.close();
    }
  };
}

/** What `person` signs to give this answer. */
export const answerStatement = async (
  stored: StoredQuestion,
  answer: Parameters<typeof statementOf>[1],
  person: string,
  store: Store,
): Promise<string> => statementText(statementOf(stored, answer, person, await ledgerName(store)));

const approvalOnce = { kind: 'approve', scope: { kind: 'once' }, pattern: 0, args: null } as const;
