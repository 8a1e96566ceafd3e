// `js`: a program of the model's own, in an isolate of its own, reading what its rule grants.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { codeProgram } from './run-code.ts';

const input = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(262_144)
    .describe('An expression, or the body of an async function that `return`s a value. `input` and `host` are there.'),
  input: z.json().default(null).describe('Any JSON; the code sees it as `input`.'),
});

/** A program of the model's own. */
export const jsTool: Tool = {
  name: 'js',
  description:
    'Runs JavaScript (no Node, no network, no timers) and returns the value as JSON; `console.log` is collected. Use it to ' +
    'count, join and compute over data: `const { text } = await host.readText("app.log"); return text.split("\\n").length`. ' +
    '`host.readText(path, { offset, length })` gives `{ text, isEnd, nextOffset, sizeBytes }`, at most 1 MiB a time; ' +
    '`host.list(path)` gives `{ entries: [{ name, kind }] }`; `host.stat(path)` gives `{ kind, bytes, modifiedMs }`. What ' +
    'may be read is up to the rule that allows the call. `std` has `text`, `json`, `csv` (`parse`, `stringify`), `time` ' +
    '(`parse`, `iso`, `duration`, `range`), `path` and `diff` (`lines`, `unified`).',
  input,
  sandbox: 'isolate',
  effects: [],
  labels: [],
  program: codeProgram,
};
