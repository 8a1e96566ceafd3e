import { expect, test } from 'vitest';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import { defaultRunLimits } from '../../src/kernel/limits.ts';
import type { AskedQuestion, CallPorts, Executor, Model } from '../../src/kernel/ports.ts';
import { continueRun, type RunEnd, type RunPorts, run } from '../../src/kernel/run.ts';
import { noSteering, overtaken } from '../../src/kernel/steer.ts';
import type { Call, JsonObject, ModelEvent, RunEvent } from '../../src/kernel/types.ts';
import { caller, testPorts } from '../fixtures/ports.ts';

const usage = { inputTokens: 1, outputTokens: 1 };
const done: ModelEvent = { kind: 'stop', reason: 'done', because: '', usage };
const calls: ModelEvent = { kind: 'stop', reason: 'calls', because: '', usage };
const callOf = (id: string): ModelEvent => ({ kind: 'call', call: { id, tool: 'read', args: { path: id } } });

/** A model that says one list of events per turn; after the last list it repeats it. */
function modelOf(...turns: ModelEvent[][]): Model {
  return {
    name: 'test',
    async *stream(request) {
      const spoken = request.messages.filter((message) => message.role === 'assistant').length;
      yield* turns[Math.min(spoken, turns.length - 1)] ?? [];
    },
  };
}

const rest = { task: {}, tools: [], system: '', runLimits: defaultRunLimits, steer: noSteering };
const callNamed = (id: string): Call => ({ id, tool: 'read', args: { path: id } });
const resultOfOne = () =>
  governedCall(callNamed('a'), caller, testPorts('allow').ports, new AbortController().signal, () => {});

async function runWith(
  model: Model,
  replace: Partial<RunPorts> = {},
  signal = new AbortController().signal,
): Promise<{ end: RunEnd; events: RunEvent[]; types: string[]; bodies: (type: string) => JsonObject[] }> {
  const { ports, told } = testPorts('allow');
  const events: RunEvent[] = [];
  const all: RunPorts = { ...ports, model, ...rest, ...replace };
  const end = await run('hello', [], caller, all, signal, (event) => events.push(event));
  const bodies = (type: string) => told.entries.filter((entry) => entry.type === type).map(({ body }) => body);
  return { end, events, types: told.entries.map((entry) => entry.type), bodies };
}

const isTerminal = (event: RunEvent) => event.stream === 'lifecycle' && event.phase !== 'start';

test.each<[string, Model, Partial<RunPorts>, string]>([
  [
    'throws',
    {
      name: 't',
      stream: () => {
        throw new Error('no model');
      },
    },
    {},
    'no model',
  ],
  ['ends without a stop', modelOf([{ kind: 'text', text: 'hi' }]), {}, 'without saying that it stopped'],
  ['stops with an error', modelOf([{ kind: 'stop', reason: 'error', because: 'rate limit', usage }]), {}, 'rate limit'],
  [
    'never answers',
    { name: 't', stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }) },
    { runLimits: { ...defaultRunLimits, silenceMs: 20 } },
    'no answer within 20 ms',
  ],
  [
    'floods',
    modelOf([{ kind: 'text', text: 'x'.repeat(100) }, done]),
    { runLimits: { ...defaultRunLimits, turnCharacters: 50 } },
    'more than 50 characters',
  ],
  [
    'never stops calling',
    modelOf([callOf('a'), calls]),
    { runLimits: { ...defaultRunLimits, turns: 5 } },
    'more than 5 turns',
  ],
  [
    'calls too often',
    modelOf([callOf('a'), callOf('b'), calls]),
    { runLimits: { ...defaultRunLimits, calls: 3 } },
    'more than 3 calls',
  ],
  [
    'calls too much at once',
    modelOf([callOf('a'), callOf('b'), calls]),
    { runLimits: { ...defaultRunLimits, callsPerTurn: 1 } },
    'more than 1 calls in one turn',
  ],
  [
    'uses too many tokens',
    modelOf([callOf('a'), calls]),
    { runLimits: { ...defaultRunLimits, tokens: 4 } },
    'more than 4 tokens',
  ],
])('P8: a model that %s ends the run with one error, last', async (_name, model, replace, because) => {
  const { end, events, types } = await runWith(model, replace);
  expect(end.phase).toBe('error');
  expect(end.because).toContain(because);
  expect(events.filter(isTerminal)).toHaveLength(1);
  expect(events.findIndex(isTerminal)).toBe(events.length - 1);
  expect(types[0]).toBe('run-started');
  expect(types.at(-1)).toBe('run-ended');
});

test('a run speaks, calls in order, hears the results and ends once', async () => {
  const { end, events, types } = await runWith(
    modelOf([{ kind: 'text', text: 'first' }, callOf('a'), callOf('b'), calls], [{ kind: 'text', text: 'last' }, done]),
  );
  expect(end.phase).toBe('end');
  expect(events.map((event) => ('phase' in event ? `${event.stream} ${event.phase}` : event.text))).toEqual([
    'lifecycle start',
    'first',
    'tool proposed',
    'tool finished',
    'tool proposed',
    'tool finished',
    'last',
    'lifecycle end',
  ]);
  expect(end.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant']);
  expect(types).toEqual([
    'run-started',
    'model-answered',
    'call-intended',
    'call-finished',
    'call-intended',
    'call-finished',
    'model-answered',
    'run-ended',
  ]);
});

test('P2: what the model said is on record before any of its calls is made, or the run ends', async () => {
  const { ports, told } = testPorts('allow');
  const ledger: CallPorts['ledger'] = {
    append: (entry) =>
      entry.type === 'model-answered' ? Promise.reject(new Error('no space left')) : ports.ledger.append(entry),
  };
  const { end } = await runWith(modelOf([callOf('a'), calls]), { ...ports, ledger });
  expect(end).toMatchObject({ phase: 'error', because: 'could not write down what the model said' });
  expect(told.ran).toEqual([]);
  const heard = await runWith(modelOf([{ kind: 'text', text: 'so' }, callOf('a'), calls], [done]));
  expect(heard.bodies('model-answered')).toMatchObject([
    { run: 'run-1', turn: 0, text: 'so', calls: [{ id: 'a', tool: 'read', args: { path: 'a' } }], tokens: 2 },
    { run: 'run-1', turn: 1, text: '', calls: [] },
  ]);
});

test('P11: a run goes on where its process died: calls with an end are not made again, the open one keeps its question', async () => {
  const asked: string[] = [];
  const { ports, told } = testPorts('ask');
  const approvals: CallPorts['approvals'] = {
    ...ports.approvals,
    left: async (run, call) => {
      asked.push(`${run} ${call}`);
      return null;
    },
  };
  const end = await continueRun(
    {
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'assistant', text: '', calls: [callNamed('a'), callNamed('b'), callNamed('c')] },
        { role: 'tool', callId: 'a', tool: 'read', result: await resultOfOne() },
      ],
      open: [callNamed('b'), callNamed('c')],
      labels: ['untrusted'],
      calls: ['a', 'b', 'c'],
      tokens: 7,
      turns: 1,
    },
    caller,
    { ...ports, approvals, model: modelOf([done], [callOf('a'), calls], [done]), ...rest },
    new AbortController().signal,
    () => {},
  );
  expect(end).toMatchObject({ phase: 'end', labels: ['untrusted'] });
  expect([...new Set(asked)]).toEqual(['run-1 b', 'run-1 c']);
  const made = told.entries.filter(({ type }) => type === 'call-intended').map(({ body }) => body.call);
  // The model called `a` again: another call, under another name.
  expect(made).toEqual(['b', 'c', 'call-4']);
  expect(told.questions[0]?.caller).toMatchObject({ labels: ['untrusted'], spent: { calls: 1, tokens: 7 } });
});

test('a run that people halt is aborted, says who did it, and its next call would be refused', async () => {
  let halted: (because: string) => void = () => {};
  let isWatched = false;
  const halts: CallPorts['halts'] = {
    reason: async () => '',
    watch: (_agent, tell) => {
      isWatched = true;
      halted = tell;
      return () => {
        isWatched = false;
      };
    },
  };
  const { ports } = testPorts('allow');
  const executor = {
    ...ports.executors.isolate,
    execute: (async (permit, signal) => {
      Permit.redeem(permit);
      halted('halted by ann');
      signal.throwIfAborted();
      return { kind: 'ok', output: '', truncated: false, facts: {} };
    }) satisfies Executor['execute'],
  };
  const executors = { isolate: executor, container: executor };
  const { end } = await runWith(modelOf([callOf('a'), calls]), { ...ports, executors, halts });
  expect(end).toMatchObject({ phase: 'aborted', because: 'halted by ann' });
  expect(isWatched).toBe(false);
  const refused = await runWith(modelOf([callOf('a'), calls], [done]), {
    ...ports,
    halts: { ...halts, reason: async () => 'halted by bob' },
  });
  expect(refused.end.messages).toContainEqual(
    expect.objectContaining({ result: expect.objectContaining({ outcome: 'refused', because: 'halted by bob' }) }),
  );
  const broken = await runWith(modelOf([callOf('a'), calls], [done]), {
    ...ports,
    halts: { ...halts, reason: () => Promise.reject(new Error('disk')) },
  });
  expect(JSON.stringify(broken.end.messages)).toContain('could not understand the call: disk');
});

test('a run that had said its last word when its process died ends without speaking again', async () => {
  const { ports } = testPorts('allow');
  const silent: Model = {
    name: 'test',
    stream: () => {
      throw new Error('it was asked again');
    },
  };
  const messages = [
    { role: 'user', text: 'hello' },
    { role: 'assistant', text: 'bye', calls: [] },
  ] as const;
  const soFar = { messages, open: [], labels: [], calls: [], tokens: 0, turns: 1 };
  const all = { ...ports, model: silent, ...rest };
  expect(await continueRun(soFar, caller, all, new AbortController().signal, () => {})).toMatchObject({ phase: 'end' });
});

test('calls of one turn that ask are put to people together, and each finds its own question', async () => {
  const { ports, told } = testPorts('ask');
  const ahead: AskedQuestion[] = [];
  const withdrawn: string[] = [];
  const approvals: CallPorts['approvals'] = {
    ...ports.approvals,
    askAhead: async (questions) => {
      ahead.push(...questions);
      return questions.map((asked, index) => ({ ...asked, id: `q${index}`, replaces: '', batch: 'b', text: '' }));
    },
    withdraw: async (ids) => void withdrawn.push(...ids),
  };
  const model = modelOf([callOf('a'), callOf('b'), calls], [callOf('c'), calls], [done]);
  const { events } = await runWith(model, { ...ports, approvals });
  expect(ahead.map(({ callId }) => callId)).toEqual(['a', 'b']);
  expect(told.questions.map(({ callId }) => callId)).toEqual(['a', 'b', 'c']);
  const phases = events.flatMap((event) => (event.stream === 'tool' ? [event.phase] : []));
  // What was asked as a plan is not told again; `c` stands alone and is.
  expect(phases.filter((phase) => phase === 'planned' || phase === 'asked')).toEqual(['planned', 'asked']);
  expect(phases[0]).toBe('planned');
  expect(withdrawn).toEqual(['q0', 'q1']);
  const failing = { ...approvals, askAhead: () => Promise.reject(new Error('100 questions are open')) };
  const alone = await runWith(model, { ...ports, approvals: failing });
  expect(alone.end.phase).toBe('end');
});

test('calls that share an id, or have a strange one, are told apart', async () => {
  const { end } = await runWith(modelOf([callOf('a'), callOf('a'), callOf('../\n'), calls], [done]));
  const ids = end.messages.flatMap((message) => (message.role === 'tool' ? [message.callId] : []));
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toBe('a');
});

test('an abort between two calls runs no further call and ends as aborted', async () => {
  const abort = new AbortController();
  const { ports } = testPorts('allow');
  let ran = 0;
  const executor = {
    ...ports.executors.isolate,
    execute: (async (permit, signal) => {
      ran += 1;
      abort.abort();
      return ports.executors.isolate.execute(permit, signal);
    }) satisfies CallPorts['executors']['isolate']['execute'],
  };
  const replace = { executors: { isolate: executor, container: executor } };
  const { end, events } = await runWith(modelOf([callOf('a'), callOf('b'), calls]), replace, abort.signal);
  expect(end.phase).toBe('aborted');
  expect(ran).toBe(1);
  expect(events.filter(isTerminal)).toHaveLength(1);
});

test('P2: a run that cannot be recorded does not start', async () => {
  const asked: string[] = [];
  const model: Model = {
    name: 't',
    async *stream() {
      asked.push('model');
      yield done;
    },
  };
  const { end, events } = await runWith(model, { ledger: { append: async () => Promise.reject(new Error('full')) } });
  expect(end.phase).toBe('error');
  expect(asked).toEqual([]);
  expect(events.filter(isTerminal)).toHaveLength(1);
});

test('P2: when the ledger fails in the middle, the model hears nothing more', async () => {
  let turns = 0;
  let written = 0;
  const model: Model = {
    name: 't',
    async *stream() {
      turns += 1;
      yield callOf(`a${turns}`);
      yield calls;
    },
  };
  const ledger = {
    append: async () => {
      written += 1;
      if (written >= 3) throw new Error('full');
      return { seq: written, hash: 'h' };
    },
  };
  const { end } = await runWith(model, { ledger });
  expect(end.phase).toBe('error');
  expect(end.because).toContain('could not write the ledger');
  expect(turns).toBe(1);
  expect(end.messages.some((message) => message.role === 'tool')).toBe(false);
});

test('labels of results are gathered and judged with the next call', async () => {
  const { ports } = testPorts('allow');
  const seen: (readonly string[])[] = [];
  const policies = {
    shadows: () => [],
    current: () => {
      const policy = ports.policies.current();
      return {
        ...policy,
        decide: (...[action, by, now]: Parameters<typeof policy.decide>) => {
          seen.push(by.labels);
          return { ...policy.decide(action, by, now), labels: ['untrusted'] };
        },
      };
    },
  };
  const { end } = await runWith(modelOf([callOf('a'), callOf('b'), calls], [done]), { policies });
  // Both were looked at as a plan before the first was made.
  expect(seen).toEqual([[], [], [], ['untrusted']]);
  expect(end.labels).toEqual(['untrusted']);
});

/** Says these texts when it is asked for the n-th time, and nothing otherwise. */
function steering(at: number, ...texts: string[]): () => readonly string[] {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === at ? texts : [];
  };
}

const roles = ({ messages }: RunEnd) =>
  messages.map((message) => (message.role === 'user' ? `user ${message.text}` : message.role));

test('P2: a message that cannot be written down ends the run before the model hears it', async () => {
  const { ports } = testPorts('allow');
  const ledger: RunPorts['ledger'] = {
    append: async (entry) => {
      if (entry.type === 'message-steered') throw new Error('disk full');
      return ports.ledger.append(entry);
    },
  };
  const model = modelOf([callOf('a'), calls], [done]);
  const { end } = await runWith(model, { ledger, steer: steering(1, 'stop') });
  expect(end.phase).toBe('error');
  expect(end.because).toContain('could not write down a message');
  expect(roles(end)).toEqual(['user hello', 'assistant']);
});

test('a message that comes between two calls is heard at once: the calls after it are not made', async () => {
  const { ports, told } = testPorts('allow');
  const { classifier, executors, ledger } = ports;
  const model = modelOf([callOf('a'), callOf('b'), callOf('c'), calls], [{ kind: 'text', text: 'ok' }, done]);
  const { end, events } = await runWith(model, { classifier, executors, ledger, steer: steering(2, 'not b', 'nor c') });
  expect(told.ran).toHaveLength(1);
  expect(end.phase).toBe('end');
  expect(roles(end)).toEqual([
    'user hello',
    'assistant',
    'tool',
    'tool',
    'tool',
    'user not b',
    'user nor c',
    'assistant',
  ]);
  const results = end.messages.flatMap((message) => (message.role === 'tool' ? [message.result] : []));
  expect(results.map(({ outcome }) => outcome)).toEqual(['ok', 'refused', 'refused']);
  expect(results[1]?.because).toBe(overtaken);
  const types = told.entries.map(({ type }) => type);
  expect(types.indexOf('message-steered')).toBeLessThan(types.indexOf('call-refused'));
  expect(told.entries.filter(({ type }) => type === 'message-steered').map(({ body }) => body)).toEqual([
    { run: 'run-1', turn: 0, message: 'not b' },
    { run: 'run-1', turn: 0, message: 'nor c' },
  ]);
  expect(events.filter((event) => event.stream === 'tool' && event.phase === 'finished')).toHaveLength(3);
});

test('a message that comes after the last call is heard before the model speaks again', async () => {
  const { end } = await runWith(modelOf([callOf('a'), calls], [done]), { steer: steering(2, 'and now?') });
  expect(roles(end)).toEqual(['user hello', 'assistant', 'tool', 'user and now?', 'assistant']);
  const [result] = end.messages.flatMap((message) => (message.role === 'tool' ? [message.result] : []));
  expect(result?.outcome).toBe('ok');
});

test('a run that is aborted or has said its last word hears no more messages', async () => {
  const stop = new AbortController();
  let asked = 0;
  const steer = () => {
    asked += 1;
    return ['late'];
  };
  const ending = await runWith(modelOf([{ kind: 'text', text: 'bye' }, done]), { steer });
  expect(ending.end.phase).toBe('end');
  stop.abort();
  const { end } = await runWith(modelOf([callOf('a'), calls]), { steer }, stop.signal);
  expect(end.phase).toBe('aborted');
  expect(asked).toBe(0);
});

test('questions of calls that a message overtakes are withdrawn', async () => {
  const withdrawn: string[] = [];
  const { ports } = testPorts('ask');
  const approvals: RunPorts['approvals'] = {
    ...ports.approvals,
    askAhead: async (questions) =>
      questions.map((one, index) => ({ ...one, id: `ahead-${index}`, replaces: '', batch: 'b', text: 'may they?' })),
    withdraw: async (ids) => {
      withdrawn.push(...ids);
    },
  };
  const { policies } = ports;
  let heardAt = 0;
  const steer = () => {
    heardAt ||= withdrawn.length + 1;
    return heardAt === 1 && withdrawn.length === 0 ? ['stop'] : [];
  };
  const { end } = await runWith(modelOf([callOf('a'), callOf('b'), calls], [done]), { policies, approvals, steer });
  expect(end.phase).toBe('end');
  expect(withdrawn.slice(0, 2)).toEqual(['ahead-0', 'ahead-1']);
});
