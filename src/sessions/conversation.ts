// What a transcript comes to: the messages a model hears when the conversation goes on, the labels it carries, which of its
// runs have not ended in it.

import type { Message } from '../kernel/types.ts';
import type { TranscriptLine } from './transcript-line.ts';

/** A conversation so far. */
export interface Conversation {
  /** In order, each with its run. */
  readonly said: readonly { readonly run: string; readonly message: Message }[];
  /** All that were ever gathered: they only grow. */
  readonly labels: readonly string[];
  /** Runs that have begun and have no end here, oldest first. */
  readonly open: readonly string[];
  readonly runs: number;
  readonly tokens: number;
}

/** Reads a conversation to its end. */
export async function readConversation(lines: AsyncIterable<TranscriptLine>): Promise<Conversation> {
  const said: Conversation['said'][number][] = [];
  const labels = new Set<string>();
  const runs = new Set<string>();
  const open = new Set<string>();
  let tokens = 0;
  for await (const line of lines) {
    for (const label of labelsOf(line)) labels.add(label);
    if (!runs.has(line.run)) open.add(line.run);
    runs.add(line.run);
    if (line.type === 'message') said.push({ run: line.run, message: line.message });
    else {
      open.delete(line.run);
      tokens += line.usage.tokens;
    }
  }
  return { said, labels: [...labels].sort(), open: [...open], runs: runs.size, tokens };
}

/** What was refused brought nothing into the conversation. */
function labelsOf(line: TranscriptLine): readonly string[] {
  if (line.type === 'run' || line.message.role !== 'tool' || line.message.result.outcome === 'refused')
    return line.labels;
  return [...line.labels, ...line.message.result.labels];
}

/**
 * The last messages that fit into so many characters, from a message of the user on: a model is not shown half an exchange.
 * The labels of what is left out stay with the session.
 */
export function recentMessages(messages: readonly Message[], charactersMax: number): readonly Message[] {
  let characters = 0;
  let from = messages.length;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined) break;
    characters += charactersOf(message);
    if (characters > charactersMax) break;
    if (message.role === 'user') from = index;
  }
  return messages.slice(from);
}

function charactersOf(message: Message): number {
  switch (message.role) {
    case 'user':
      return message.text.length;
    case 'assistant':
      return message.text.length + JSON.stringify(message.calls).length;
    case 'tool':
      return message.result.output.length + message.result.because.length;
    default:
      return message satisfies never;
  }
}
