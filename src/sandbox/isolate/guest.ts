// What runs first inside every isolate, before any code that is not ours. Its source text is what goes in, so the
// function stands alone: it uses nothing from this module. It keeps the built-ins it needs, because the guest may replace
// them, and lets only numbers and text out through `send`. Nothing in here is a guard: a guest that takes it apart can
// say what it likes through `send`, and the kernel checks every word.

/** Says something to the isolate process; never answers. */
export type Send = (kind: 'request' | 'returned' | 'threw', id: number, meta: string, text: string) => void;

/**
 * The door into a prepared isolate, in the words of frames: `start` with the output's limit in characters, a program and
 * its arguments as JSON; `answer` and `refusal` with the number of the request they belong to.
 */
export type Door = (kind: 'start' | 'answer' | 'refusal', id: number, meta: string, text: string) => void;

/**
 * Prepares an isolate; the source of this function is evaluated inside it. `rehearsal` is a program that is run at once,
 * over `argsJson` and with nobody listening, so that the engine has done everything for the first time; `programs` are compiled ahead.
 */
export function prepareGuest(send: Send, rehearsal: string, argsJson: string, ...programs: readonly string[]): Door {
  // Shared memory and WebAssembly reach memory that no limit counts; `console` speaks to an inspector that is not there.
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'console'])
    Reflect.deleteProperty(globalThis, name);

  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { freeze } = Object;
  const GuestError = Error;
  const GuestPromise = Promise;
  const { slice } = String.prototype;
  const AsyncFunction = Reflect.getPrototypeOf(async () => {})?.constructor as FunctionConstructor;
  const textCharsMax = 8 * 1_048_576;
  type Waiting = { resolve: (value: unknown) => void; reject: (error: unknown) => void };
  const waiting: Record<number, Waiting> = Object.create(null);
  const compile = (program: string) => new AsyncFunction('args', 'host', program);
  const compiled: Record<string, ReturnType<typeof compile>> = Object.create(null);
  let say: Send = () => {};
  let asked = 0;

  const ask = (name: string, args: unknown, text: unknown = '') =>
    new GuestPromise((resolve, reject) => {
      const body = `${text}`;
      if (body.length > textCharsMax) throw new GuestError(`could not ${name}: more than ${textCharsMax} characters`);
      asked += 1;
      waiting[asked] = { resolve, reject };
      say('request', asked, `${stringify([name, args])}`, body);
    });

  const hearAnswer = (isRefusal: boolean, id: number, meta: string, text: string) => {
    const waiter = waiting[id];
    if (waiter === undefined) return;
    delete waiting[id];
    if (isRefusal) return waiter.reject(new GuestError(text));
    const value = parse(meta);
    if (value.hasText) value.text = text;
    waiter.resolve(value);
  };

  const host = freeze({
    __proto__: null,
    readText: freeze((path: unknown, range: unknown = {}) => ask('readText', { path, range })),
    list: freeze((path: unknown) => ask('list', { path })),
    stat: freeze((path: unknown) => ask('stat', { path })),
    writeText: freeze((path: unknown, text: unknown) => ask('writeText', { path }, text)),
    fetch: freeze(({ url, method, headers, body }: Record<string, unknown>) =>
      ask('fetch', { url, method, headers }, body ?? ''),
    ),
  });

  const describe = (thrown: unknown): string => {
    try {
      if (typeof thrown !== 'object' || thrown === null) return `threw ${String(thrown)}`;
      const { name, message } = thrown as { name: unknown; message: unknown };
      const text = name === undefined || name === 'Error' ? `${message}` : `${name}: ${message}`;
      return apply(slice, text, [0, 4_000]);
    } catch {
      return 'threw something that cannot be described';
    }
  };

  const start = async (outputCharsMax: number, program: string, argsJson: string) => {
    const sayHere = say;
    try {
      const value: unknown = await (compiled[program] ?? compile(program))(parse(argsJson), host);
      if (typeof value !== 'string') throw new GuestError('the program returned something that is not text');
      sayHere('returned', value.length > outputCharsMax ? 1 : 0, '', apply(slice, value, [0, outputCharsMax]));
    } catch (thrown) {
      sayHere('threw', 0, '', describe(thrown));
    }
  };

  const door: Door = (kind, id, meta, text) => {
    if (kind === 'start') void start(id, meta, text);
    else hearAnswer(kind === 'refusal', id, meta, text);
  };
  for (const program of [rehearsal, ...programs]) compiled[program] ??= compile(program);
  door('start', 100, rehearsal, argsJson);
  door('answer', asked, '{}', '');
  say = send;
  return door;
}
