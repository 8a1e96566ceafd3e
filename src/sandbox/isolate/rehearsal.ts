// The program that every isolate runs before it is lent: what nearly every call does, done once with nobody listening. An
// engine is slow the first time; this moves that time out of the call. It has no effect and leaves nothing behind.

import type { GuestHost } from '../tools/guest-program.ts';

const main = async (args: unknown, host: Pick<GuestHost, 'stat'>): Promise<string> => {
  const AsyncFunction = Reflect.getPrototypeOf(async () => {})?.constructor as FunctionConstructor;
  const compile = (code: string): ReturnType<FunctionConstructor> => {
    try {
      return new AsyncFunction('args', `return (\n${code}\n);`);
    } catch (error) {
      return error instanceof Error ? new AsyncFunction('args', code) : compile('args');
    }
  };
  await host.stat('.');
  const value = await compile('return args')(args);
  const words = Object.entries({ a: 'b\nc' }).map(([name, text]) => `${name}: ${text.split('\n').join(' ')}`);
  return JSON.stringify({ value, words, ...Object.freeze({ first: words[0] }) }, undefined, 1);
};

/** Source of the program. It makes one host call. */
export const rehearsal = `return (${main})(args, host);`;
