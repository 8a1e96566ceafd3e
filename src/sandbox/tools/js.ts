// `js`: a program of the model's own, in an isolate of its own, reading what its rule grants.

import { z } from 'zod';
import type { Tool } from '../../kernel/types.ts';
import { guestProgram } from './guest-program.ts';

const input = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(262_144)
    .describe('An expression, or the body of an async function that `return`s a value. `input` and `host` are there.'),
  input: z.json().default(null).describe('Any JSON; the code sees it as `input`.'),
});

const program = guestProgram<{ code: string; input: unknown }>(async (args, host) => {
  const logCharsMax = 65_536;
  const depthMax = 100;
  const { stringify } = JSON;
  const { join } = Array.prototype;
  const { includes } = String.prototype;
  const tooDeep = `\n${' '.repeat(depthMax + 1)}`;
  const { apply } = Reflect;
  const AsyncFunction = Reflect.getPrototypeOf(async () => {})?.constructor as FunctionConstructor;
  let logged = '';
  const asText = (value: unknown): string => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return stringify(value) ?? String(value);
  };
  const log = (...values: unknown[]) => {
    if (logged.length < logCharsMax) logged += `${apply(join, values.map(asText), [' '])}\n`;
  };
  const console = { log, info: log, warn: log, error: log, debug: log };
  const reading = Object.freeze({ readText: host.readText, list: host.list, stat: host.stat });
  const names = ['input', 'host', 'console'];
  const compile = () => {
    try {
      return new AsyncFunction(...names, `return (\n${args.code}\n);`);
    } catch {
      return new AsyncFunction(...names, args.code);
    }
  };
  const value = await compile()(args.input, reading, console);
  const result = stringify(value, undefined, 1) ?? '(no value: use `return`)';
  // Each level is indented by one, and a line break inside of a text is escaped.
  if (apply(includes, result, [tooDeep]))
    throw new Error(`the value is nested more than ${depthMax} levels deep: return what is needed of it`);
  const cutLog = logged.length > logCharsMax ? `${logged.slice(0, logCharsMax)}\n[cut]` : logged;
  return cutLog === '' ? result : `${result}\n--- console ---\n${cutLog}`;
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
  program,
};
