// A message as a transcript may keep it: without secrets and without the arguments that the operator calls private. A model
// that goes on with the conversation is told of them by the same markers.

import { jsonCopy } from '../kernel/canonical.ts';
import type { Discretion } from '../kernel/ledger-entry.ts';
import { privateMarker } from '../kernel/ledger-entry.ts';
import { textsIn, withoutParts } from '../kernel/private-parts.ts';
import { createRedactor } from '../kernel/redactor.ts';
import type { Call, Json, Message } from '../kernel/types.ts';

/** The messages of one run, hidden together: a private argument may come back in a result. */
export function hideMessages(messages: readonly Message[], { redact, findPrivate }: Discretion): readonly Message[] {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.calls : []));
  const texts = calls.flatMap(({ tool, args }) => findPrivate(tool, args)).flatMap(({ value }) => textsIn(value));
  const redactPrivate = createRedactor(texts, privateMarker);
  const hide = (text: string): string => redact(redactPrivate(text));
  const hideCall = ({ id, tool, args }: Call): Call => {
    const paths = findPrivate(tool, args).map(({ path }) => path);
    return { id, tool: hide(tool), args: dataOf(args, paths, hide) };
  };
  return messages.map((message): Message => {
    if (message.role === 'user') return { role: 'user', text: hide(message.text) };
    if (message.role === 'assistant')
      return { role: 'assistant', text: hide(message.text), calls: message.calls.map(hideCall) };
    const { output, because } = message.result;
    const result = { ...message.result, output: hide(output), because: hide(because) };
    return { role: 'tool', callId: message.callId, tool: hide(message.tool), result };
  });
}

/** Arguments that are not data stand as null, as in the ledger: the call was refused for it. */
function dataOf(args: unknown, paths: readonly (readonly string[])[], hide: (text: string) => string): Json {
  try {
    const { args: copied = null } = jsonCopy({ args: args ?? null });
    const { args: hidden = null } = jsonCopy({ args: withoutParts(copied, paths, privateMarker) }, hide);
    return hidden;
  } catch {
    return null;
  }
}
