// Tools and requests for tests of the providers.

import { z } from 'zod';
import type { ModelRequest } from '../../src/kernel/ports.ts';
import type { Call, CallResult, Message, Tool } from '../../src/kernel/types.ts';
import { plainRequest } from '../conformance/model.ts';

/** A tool of that name which reads a path. */
export function toolNamed(
  name: string,
  input: Tool['input'] = z.strictObject({ path: z.string().default('.') }),
): Tool {
  return { name, description: `what ${name} does`, input, sandbox: 'isolate', effects: [], labels: [], program: '' };
}

/** A conversation in which the calls were answered. */
export function requestAfter(
  calls: readonly (readonly [Call, CallResult | null])[],
  tools: readonly Tool[],
): ModelRequest {
  const results = calls.flatMap(([call, result]): Message[] =>
    result === null ? [] : [{ role: 'tool', callId: call.id, tool: call.tool, result }],
  );
  const messages: Message[] = [
    { role: 'user', text: 'begin' },
    { role: 'assistant', text: 'I look. ', calls: calls.map(([call]) => call) },
    ...results,
    { role: 'user', text: 'and hurry' },
  ];
  return { ...plainRequest, tools, messages };
}
