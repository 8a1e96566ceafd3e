// The sessions of an agent, as commands use them: the folder in the state home, who holds which, and what the ledger knows of
// runs that a killed process did not write down.

import { join } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../config.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { outputText, wholeOutput } from '../ledger/beside/whole-output.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import { journalTypes, readRun } from '../ledger/run-journal.ts';
import type { JournaledRun } from '../sessions/open-session.ts';
import { createSessionFolder, type SessionFolder } from '../sessions/session-folder.ts';
import { holdSession, type SessionHold } from '../sessions/session-hold.ts';
import { isAgentId, parseSessionKey, printSessionKey } from '../sessions/session-key.ts';
import { createInstance, isInstanceAlive } from '../store/instance.ts';
import { UsageError } from './exit-codes.ts';

/** Who holds which session, and what became of its runs. */
export interface SessionDesk {
  /** @throws {Error} if a process that lives holds it. */
  hold(key: string): Promise<SessionHold>;
  journal(run: string): Promise<JournaledRun>;
}

/** The desk over an open store. */
export function openSessionDesk(store: Store, ledger: LedgerReader): SessionDesk {
  return {
    async hold(key) {
      const hold = await holdSession(store, key, createInstance(), isInstanceAlive);
      if (hold !== null) return hold;
      throw new Error(`session \`${key}\` is busy in another process: wait until its run has ended`);
    },
    journal: (run) => journalOf(run, ledger, store),
  };
}

/** The conversations of an agent. */
export const sessionsOf = (agent: string, settings: Settings): SessionFolder =>
  createSessionFolder(join(settings.home, 'agents', agent, 'sessions'), systemClock);

/**
 * The key that a person means: a whole one, or a name for `agent:<agent>:<name>`. An agent that is named as well has to be
 * that of the key.
 * @throws {UsageError} if it is none.
 */
export function sessionKeyOf(
  said: string,
  agent: string | undefined,
): { readonly key: string; readonly agent: string } {
  const whole = parseSessionKey(said);
  if (whole !== null) {
    if (agent !== undefined && agent !== whole.agent)
      throw new UsageError(
        `session \`${said}\` is not of agent \`${agent}\`: leave out --agent, or name another session`,
      );
    return { key: said, agent: whole.agent };
  }
  const of = agent ?? 'main';
  if (/^[A-Za-z0-9][\w.@+-]*$/.test(said) && isAgentId(of))
    return { key: printSessionKey({ kind: 'named', agent: of, name: said }), agent: of };
  throw new UsageError(
    `could not use the session \`${said}\`: give a name such as \`main\`, or a key as \`sallyport session list\` prints it`,
  );
}

const ending = z.object({ phase: z.enum(['end', 'error', 'aborted']), because: z.string() });

async function journalOf(run: string, ledger: LedgerReader, store: Store): Promise<JournaledRun> {
  let end: z.infer<typeof ending> | null = null;
  const records = ledger.records({ order: 'oldest-first', types: journalTypes, from: null, run });
  async function* upToEnd() {
    for await (const record of records) {
      if (record.type === 'run-ended') end = ending.parse(record.body);
      else yield record;
    }
  }
  const read = await readRun(upToEnd(), async ({ body }) => outputText(await wholeOutput(body, store)));
  if (read === null) return 'unknown';
  if (end === null) return 'open';
  const { messages, labels, tokens } = read.soFar;
  return { ...ending.parse(end), messages, labels, tokens };
}
