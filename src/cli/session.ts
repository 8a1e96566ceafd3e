// `sallyport session list|get`: which conversations there are, and what was said in one.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config.ts';
import type { Message } from '../kernel/types.ts';
import { type Conversation, readConversation } from '../sessions/conversation.ts';
import type { SessionFile } from '../sessions/session-folder.ts';
import { isAgentId } from '../sessions/session-key.ts';
import { readTranscript } from '../sessions/transcript.ts';
import type { Action } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { sessionKeyOf, sessionsOf } from './open-sessions.ts';
import { harmless, jsonText, oneLine, type Screen } from './screen.ts';

/** Which conversation is meant: by key, name or id. */
export interface Named {
  readonly agent?: string;
}

/** `session list`: the conversations that go on; with `all`, also those that were reset. */
export function listSessions(options: Named & { all: boolean }): Action {
  return async ({ settings, screen }) => {
    const found: SessionFile[] = [];
    for (const agent of options.agent === undefined ? agentsWithFolders(settings) : [options.agent]) {
      const { files, damaged } = await sessionsOf(checkedAgent(agent), settings).list();
      found.push(...files.filter(({ isCurrent }) => isCurrent || options.all));
      for (const path of damaged)
        process.stderr.write(`sallyport: \`${oneLine(path, 400)}\` is no transcript: move it away\n`);
    }
    if (screen.isJson) screen.result(jsonText(found));
    else for (const file of found) screen.result(lineOf(file, screen));
    if (found.length === 0) screen.note('no sessions: begin one with `sallyport run "<message>" --session main`\n');
    return exitCode.done;
  };
}

/** `session get`: one conversation, message by message. */
export function getSession(said: string, options: Named): Action {
  return async ({ settings, screen }) => {
    const file = await fileOf(said, options.agent, settings);
    if (screen.isJson) {
      const { labels, runs, tokens, open } = await conversationOf(file);
      const lines = await Array.fromAsync(readTranscript(file.path));
      screen.result(jsonText({ ...file, labels, runs, tokens, open, lines }));
      return exitCode.done;
    }
    const { colours } = screen;
    for await (const line of readTranscript(file.path)) {
      if (line.type === 'message') screen.result(messageText(line.message, screen));
      else if (line.phase !== 'end') screen.result(colours.yellow(`${line.phase}: ${harmless(line.because)}`));
    }
    const { labels, runs, tokens } = await conversationOf(file);
    screen.note(
      colours.dim(
        `${file.key}  ${runs} runs, ${tokens} tokens, labels: ${labels.map(harmless).join(', ') || 'none'}\n`,
      ),
    );
    return exitCode.done;
  };
}

/** What was said in a conversation. */
export const conversationOf = ({ path }: SessionFile): Promise<Conversation> => readConversation(readTranscript(path));

/**
 * The conversation that a person names: the current one of a session, or any by its id.
 * @throws {UsageError} if there is none.
 */
export async function fileOf(said: string, agent: string | undefined, settings: Settings): Promise<SessionFile> {
  const file = /^[0-9a-f]{32}-\d+$/.test(said) ? await byId(said, settings) : await byKey(said, agent, settings);
  if (file !== null) return file;
  throw new UsageError(`there is no session \`${said}\`: see \`sallyport session list --all\``);
}

async function byKey(said: string, agent: string | undefined, settings: Settings): Promise<SessionFile | null> {
  const named = sessionKeyOf(said, agent);
  return sessionsOf(named.agent, settings).current(named.key);
}

async function byId(id: string, settings: Settings): Promise<SessionFile | null> {
  for (const agent of agentsWithFolders(settings)) {
    const { files } = await sessionsOf(agent, settings).list();
    const file = files.find((one) => one.id === id);
    if (file !== undefined) return file;
  }
  return null;
}

/** The agents that have a folder in the state home. */
export function agentsWithFolders({ home }: Settings): readonly string[] {
  const directory = join(home, 'agents');
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() && isAgentId(entry.name) ? [entry.name] : [])).sort();
}

/** @throws {UsageError} if no agent can be called so. */
export function checkedAgent(agent: string): string {
  if (isAgentId(agent)) return agent;
  throw new UsageError(`could not use the agent name \`${agent}\`: use letters, digits, \`.\`, \`_\` and \`-\``);
}

function lineOf({ key, id, number, updatedAt, bytes, isCurrent }: SessionFile, { columns }: Screen): string {
  const state = isCurrent ? '' : '  over';
  const size = `${Math.ceil(bytes / 1_024)} KiB`;
  return oneLine(
    `${key}  ${new Date(updatedAt).toISOString()}  ${size}  #${number}${state}  ${id}`,
    Math.max(columns, 160),
  );
}

function messageText(message: Message, { colours }: Screen): string {
  switch (message.role) {
    case 'user':
      return `${colours.bold('user')}  ${harmless(message.text)}`;
    case 'assistant': {
      const calls = message.calls.map(({ tool, args }) => `  → ${oneLine(`${tool} ${JSON.stringify(args)}`, 400)}`);
      return [`${colours.bold('agent')}  ${harmless(message.text)}`, ...calls].join('\n');
    }
    case 'tool': {
      const { outcome, because, output } = message.result;
      return colours.dim(oneLine(`  ← ${message.tool} ${outcome}  ${because} ${output}`, 400));
    }
    default:
      return message satisfies never;
  }
}
