// `sallyport session commit`: the workspace of an agent as a commit, with the session and run that left it so.

import { join } from 'node:path';
import type { Settings } from '../config.ts';
import { systemClock } from '../kernel/system-clock.ts';
import { commitWorkspace } from '../publish/commit-workspace.ts';
import type { SessionFile } from '../sessions/session-folder.ts';
import type { Action } from './command.ts';
import { exitCode } from './exit-codes.ts';
import { sessionsOf } from './open-sessions.ts';
import { jsonText, oneLine } from './screen.ts';
import { checkedAgent, conversationOf, fileOf, type Named } from './session.ts';
import { workspaceOf } from './workspace.ts';

/** `session commit [session]`: without a session, the one of the agent in which something was said last. */
export function commitSession(said: string | undefined, options: Named & { workspace?: string }): Action {
  return async ({ settings, screen }) => {
    const file =
      said === undefined
        ? await latest(options.agent ?? 'main', settings)
        : await fileOf(said, options.agent, settings);
    const agent = file?.key.split(':')[1] ?? checkedAgent(options.agent ?? 'main');
    const workspace = workspaceOf(options.workspace, agent, settings);
    const run = file === null ? '' : ((await conversationOf(file)).said.at(-1)?.run ?? '');
    const trailers = file === null ? [] : ['', `Session: ${file.key}`, ...(run === '' ? [] : [`Run: ${run}`])];
    const message = `${[`workspace of ${agent}`, ...trailers].join('\n')}\n`;
    const repository = join(settings.home, 'agents', agent, 'workspace.git');
    const done = await commitWorkspace({ workspace, repository, message, now: systemClock.now() });
    for (const path of done.leftOut) process.stderr.write(`sallyport: left out: ${oneLine(path, 400)}\n`);
    if (screen.isJson) screen.result(jsonText({ ...done, session: file?.key ?? '', run, workspace, repository }));
    else screen.result(`${done.isNew ? 'committed' : 'nothing changed since'}  ${done.commit}  ${done.files} files`);
    screen.note(`look at it: git --git-dir ${oneLine(repository, 400)} show\n`);
    return exitCode.done;
  };
}

async function latest(agent: string, settings: Settings): Promise<SessionFile | null> {
  const { files } = await sessionsOf(checkedAgent(agent), settings).list();
  return files.toSorted((a, b) => b.updatedAt - a.updatedAt)[0] ?? null;
}
