// Runs code that somebody else wrote inside an isolate that was made for it, and makes text of what it returns and logs.
// Stands alone: its source text runs inside the isolate.

import type { GuestHost } from './guest-program.ts';

/**
 * The value of `code` as JSON, with what it logged. The code is an expression, or the body of an async function; it sees
 * `input`, `console` and, as `host`, the functions that are offered.
 */
export async function runCode(code: string, input: unknown, offered: Partial<GuestHost>): Promise<string> {
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
  const names = ['input', 'host', 'console'];
  const compile = () => {
    try {
      return new AsyncFunction(...names, `return (\n${code}\n);`);
    } catch {
      return new AsyncFunction(...names, code);
    }
  };
  const value = await compile()(input, Object.freeze(offered), console);
  const result = stringify(value, undefined, 1) ?? '(no value: use `return`)';
  // Each level is indented by one, and a line break inside of a text is escaped.
  if (apply(includes, result, [tooDeep]))
    throw new Error(`the value is nested more than ${depthMax} levels deep: return what is needed of it`);
  const cutLog = logged.length > logCharsMax ? `${logged.slice(0, logCharsMax)}\n[cut]` : logged;
  return cutLog === '' ? result : `${result}\n--- console ---\n${cutLog}`;
}

/** Program of a tool that runs `args.code` over `args.input` with the host functions that only look. */
export const codeProgram = `return (${runCode})(args.code, args.input, { readText: host.readText, list: host.list, stat: host.stat });`;
