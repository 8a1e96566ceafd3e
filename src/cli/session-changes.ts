// `sallyport session reset|archive`: ends conversations. Their files stay as they are; the labels that they carried do not
// hold for what is said next, so the ledger keeps who did it before it is done.

import { userInfo } from 'node:os';
import type { Settings } from '../config.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { SessionFile } from '../sessions/session-folder.ts';
import { DamagedTranscriptError } from '../sessions/transcript.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { momentOf } from './history.ts';
import { openLedger } from './open-ledger.ts';
import { openSessionDesk, sessionsOf } from './open-sessions.ts';
import { jsonText, oneLine } from './screen.ts';
import { agentsWithFolders, checkedAgent, conversationOf, fileOf, type Named } from './session.ts';

/** Ends one conversation that nobody holds, on record first. */
type Close = (file: SessionFile, how: 'reset' | 'archived', work: () => Promise<SessionFile | string>) => Promise<void>;

/** `session reset`: what is said next begins a new conversation, without the labels of this one. */
export function resetSession(said: string, options: Named): Action {
  return async ({ settings, screen }) => {
    const file = await fileOf(said, options.agent, settings);
    if (!file.isCurrent) throw new UsageError(`conversation \`${said}\` is over: only a current one can be reset`);
    const folder = sessionsOf(agentOf(file), settings);
    return closing(settings, async (close) => {
      await close(file, 'reset', () => folder.reset(file.key));
      if (screen.isJson) screen.result(jsonText({ reset: file }));
      else screen.result(`reset  ${file.key}  kept as ${oneLine(file.path, 400)}`);
      return exitCode.done;
    });
  };
}

/** `session archive`: moves conversations away in which nothing was said for so long. */
export function archiveSessions(options: Named & { olderThan: string }): Action {
  return async ({ settings, screen }) => {
    if (!/^[1-9]\d{0,4}[smhd]$/.test(options.olderThan))
      throw new UsageError(`could not read \`--older-than ${options.olderThan}\`: write e.g. \`30d\` or \`12h\``);
    const before = momentOf(options.olderThan, systemClock.now());
    const moved: { readonly key: string; readonly id: string; readonly to: string }[] = [];
    const busy: string[] = [];
    const code = await closing(settings, async (close) => {
      for (const agent of options.agent === undefined ? agentsWithFolders(settings) : [checkedAgent(options.agent)]) {
        const folder = sessionsOf(agent, settings);
        for (const file of (await folder.list()).files.filter(({ updatedAt }) => updatedAt < before)) {
          try {
            await close(file, 'archived', async () => {
              const to = await folder.archive(file);
              moved.push({ key: file.key, id: file.id, to });
              return to;
            });
          } catch (error) {
            busy.push(error instanceof Error ? error.message : String(error));
          }
        }
      }
      return exitCode.done;
    });
    if (screen.isJson) screen.result(jsonText({ archived: moved, left: busy }));
    else for (const { key, to } of moved) screen.result(`archived  ${key}  ${oneLine(to, 400)}`);
    for (const because of busy) process.stderr.write(`sallyport: left where it is: ${oneLine(because, 400)}\n`);
    if (moved.length === 0) screen.note('nothing is as old\n');
    return busy.length === 0 ? code : exitCode.failed;
  };
}

async function closing(settings: Settings, work: (close: Close) => Promise<number>): Promise<number> {
  const { store, ledger } = await openLedger(settings.home, systemClock);
  const desk = openSessionDesk(store, ledger);
  try {
    return await work(async (file, how, act) => {
      const hold = await desk.hold(file.key);
      try {
        const { labels, open } = await talked(file);
        for (const run of open) {
          if ((await desk.journal(run)) === 'open')
            throw new Error(
              `run \`${run}\` of session \`${file.key}\` has not ended: see \`sallyport continue --list\``,
            );
        }
        const body = { by: userInfo().username, session: file.key, transcript: file.id, how, labels };
        await ledger.append({ type: 'session-closed', body });
        await act();
      } finally {
        await hold.release();
      }
    });
  } finally {
    await store.close();
  }
}

/** A damaged transcript can be ended, too: that is what its error advises. */
async function talked(
  file: SessionFile,
): Promise<{ readonly labels: readonly string[]; readonly open: readonly string[] }> {
  try {
    return await conversationOf(file);
  } catch (error) {
    if (error instanceof DamagedTranscriptError) return { labels: [], open: [] };
    throw error;
  }
}

const agentOf = ({ key }: SessionFile): string => key.split(':')[1] ?? '';
