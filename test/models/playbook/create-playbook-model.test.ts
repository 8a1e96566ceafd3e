import { expect, test } from 'vitest';
import type { CallResult, Message } from '../../../src/kernel/types.ts';
import { createPlaybookModel } from '../../../src/models/playbook/create-playbook-model.ts';
import { answerOf, callsOf, plainRequest, stopOf, textOf } from '../../conformance/model.ts';
import { asked, playbookFrom, resultOf } from './playbook-from.ts';

type Results = Readonly<Record<string, CallResult | readonly CallResult[]>>;

/** Plays a playbook to its end: every call gets its next result by name, `ok` without output where none is given. */
async function play(yaml: string, results: Results = {}, files: Readonly<Record<string, string>> = {}) {
  const playbook = await playbookFrom(yaml, files);
  const messages: Message[] = [asked];
  const turns: string[] = [];
  const given = new Map<string, number>();
  for (;;) {
    // A new model each time: nothing may be kept between requests.
    const answer = await answerOf(createPlaybookModel(playbook), { ...plainRequest, messages });
    const calls = callsOf(answer);
    const stop = stopOf(answer);
    turns.push(calls[0]?.id ?? stop.because);
    messages.push({ role: 'assistant', text: textOf(answer), calls });
    if (calls.length === 0) return { turns, messages, stop, text: textOf(answer) };
    for (const call of calls) {
      const name = call.id.split('_').at(-1) ?? '';
      const count = given.get(name) ?? 0;
      given.set(name, count + 1);
      const result = [results[name] ?? resultOf('ok', '')].flat()[count] ?? resultOf('ok', '');
      messages.push({ role: 'tool', callId: call.id, tool: call.tool, result });
    }
  }
}

const spikeBook = `
playbook: spike
turns:
  - id: look
    say: Looking.
    calls:
      - id: spike
        tool: js
        args: { code: { fromFile: spike.js }, input: { log: "\${message}", nested: ["\${message | count}"] } }
    retry: { when: { call: spike, outcome: [failed, unknown] }, times: 2, say: "It \${spike.outcome}: \${spike.because}" }
    next:
      - when: { call: spike, outcome: refused }
        say: "Refused: \${spike.because}"
        go: give-up
      - when: { not: { call: spike, outcome: ok } }
        go: give-up
      - when: { all: [{ value: "\${spike.errors}", exists: true }, { value: "\${spike.errors}", atLeast: 10 }] }
        go: act
  - id: calm
    say: "All calm: \${spike.errors | default 0} errors."
  - id: act
    calls:
      - { id: undo, tool: exec, args: { argv: [git, revert, "\${spike.commit}"], n: "\${spike.errors}", all: "\${spike}" } }
  - id: report
    say: "\${spike.errors} errors; the rollback is \${undo.outcome}. \${undo.because}"
  - id: give-up
    say: "No analysis."
`;
const script = `return \`\${input.log}\`;`;
const files = { 'spike.js': script };

test('a missing value stops the model with the turn and the expression', async () => {
  const { stop } = await play(spikeBook, { spike: resultOf('ok', '{"errors":42}') }, files);
  expect(stop.reason).toBe('error');
  expect(stop.because).toContain(`turn \`act\`: \`\${spike.commit}\` has no value`);
});

test('a missing value in a condition stops the model too, so a misspelt key picks no branch', async () => {
  const yaml = `
playbook: p
turns:
  - id: a
    calls: [{ id: c, tool: x }]
    next: [{ when: { not: { value: "\${c.misspelt}", equals: 1 } }, go: b }]
  - { id: b, say: x }
`;
  const { stop } = await play(yaml, { c: resultOf('ok', '{"spelt":1}') });
  expect(stop.because).toContain(`after turn \`a\`: \`\${c.misspelt}\` has no value`);
});

test('a branch by outcome is taken, and its words open the next answer', async () => {
  const { text, stop } = await play(spikeBook, { spike: resultOf('refused', '', 'no rule allows it') }, files);
  expect(text).toBe('Refused: no rule allows it\n\nNo analysis.');
  expect(stop.reason).toBe('done');
});

test('a turn is retried so often and no more', async () => {
  const failed = resultOf('failed', '', 'it threw');
  const { turns, messages } = await play(
    spikeBook,
    { spike: [failed, resultOf('unknown', '', 'lost'), failed, failed] },
    files,
  );
  expect(turns).toEqual(['1_look_1_spike', '2_look_2_spike', '3_look_3_spike', 'turn `give-up` is the last word']);
  expect(messages[3]).toMatchObject({ text: 'It failed: it threw\n\nLooking.' });
});

test('a retry that works goes on with the new result', async () => {
  const good = resultOf('ok', '{"errors":42,"commit":"abc"}');
  const { turns, text } = await play(
    spikeBook,
    { spike: [resultOf('failed', '', 'x'), good], undo: resultOf('refused', '', 'declined') },
    files,
  );
  expect(turns).toEqual(['1_look_1_spike', '2_look_2_spike', '3_act_1_undo', 'turn `report` is the last word']);
  expect(text).toBe('42 errors; the rollback is refused. declined');
});

test('arguments keep their types, and a file is taken word for word', async () => {
  const { messages } = await play(spikeBook, { spike: resultOf('ok', '{"errors":42,"commit":"abc"}') }, files);
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.calls : []));
  expect(calls.map(({ args }) => args)).toEqual([
    { code: script, input: { log: 'begin', nested: [1] } },
    { argv: ['git', 'revert', 'abc'], n: 42, all: { errors: 42, commit: 'abc' } },
  ]);
});

test('without a branch that holds, the turn that follows is taken', async () => {
  expect((await play(spikeBook, { spike: resultOf('ok', 'just text') }, files)).text).toBe('All calm: 0 errors.');
});

test('a loop ends at turnsMax', async () => {
  const yaml =
    'playbook: p\nturnsMax: 5\nturns:\n  - { id: a, calls: [{ id: c, tool: x }], next: [{ go: b }] }\n  - { id: b, calls: [{ id: d, tool: x }], next: [{ go: a }] }\n';
  const { turns, stop } = await play(yaml);
  expect(turns).toHaveLength(6);
  expect(stop.because).toContain('it took 5 turns');
});

test('a turn that would be too long is an error', async () => {
  const yaml = `playbook: p\nturns:\n  - { id: a, calls: [{ id: c, tool: x }] }\n  - { id: b, say: "\${c}\${c}\${c}" }\n`;
  const { stop } = await play(yaml, { c: resultOf('ok', 'x'.repeat(500_000)) });
  expect(stop.because).toContain('longer than one turn');
});

test('a call without a result on record is unknown', async () => {
  const playbook = await playbookFrom(spikeBook, files);
  const first = callsOf(await answerOf(createPlaybookModel(playbook), { ...plainRequest, messages: [asked] }));
  const messages: Message[] = [asked, { role: 'assistant', text: '', calls: first }, { role: 'user', text: 'go on' }];
  const next = await answerOf(createPlaybookModel(playbook), { ...plainRequest, messages });
  expect(textOf(next)).toContain('It unknown: no result of this call is on record');
});

test('a new message after the last word starts again, with ids of its own', async () => {
  const playbook = await playbookFrom(spikeBook, files);
  const before = await play(spikeBook, { spike: resultOf('ok', '') }, files);
  const messages: Message[] = [...before.messages, { role: 'user', text: 'once more' }];
  const [call] = callsOf(await answerOf(createPlaybookModel(playbook), { ...plainRequest, messages }));
  expect(call).toMatchObject({ id: '2_look_1_spike', args: { input: { log: 'once more' } } });
});

test.each<[string, readonly Message[], string]>([
  ['an empty conversation', [], 'no user message'],
  ['a conversation that is over', [asked, { role: 'assistant', text: 'x', calls: [] }], 'no user message'],
  [
    'a conversation that another model continued',
    [asked, { role: 'assistant', text: '', calls: [{ id: 'toolu_1', tool: 'read', args: {} }] }],
    'was not made by this playbook',
  ],
  [
    'a conversation of a playbook that has changed',
    [asked, { role: 'assistant', text: '', calls: [{ id: '1_look_1_gone', tool: 'read', args: {} }] }],
    'was not made by this playbook',
  ],
])('%s is an error that says so', async (_, messages, because) => {
  const playbook = await playbookFrom(spikeBook, files);
  const stop = stopOf(await answerOf(createPlaybookModel(playbook), { ...plainRequest, messages }));
  expect(stop.reason).toBe('error');
  expect(stop.because).toContain(because);
});

test.each<[string, CallResult, boolean]>([
  [`{ value: "\${c.n}", equals: 3 }`, resultOf('ok', '{"n":3}'), true],
  [`{ value: "\${c.n}", equals: "3" }`, resultOf('ok', '{"n":3}'), false],
  [`{ value: "\${c}", equals: { b: [1], a: "\${message}" } }`, resultOf('ok', '{"a":"begin","b":[1]}'), true],
  [`{ value: "\${c.n}", atLeast: 3 }`, resultOf('ok', '{"n":2.9}'), false],
  [`{ value: "\${c.n}", atLeast: 3 }`, resultOf('ok', '{"n":"4"}'), false],
  [`{ value: "\${c.n}", exists: false }`, resultOf('ok', '{}'), true],
  [`{ value: "\${c.n}", exists: true, atLeast: 3 }`, resultOf('ok', '{}'), false],
  [`{ value: "\${c.output}", matches: "*planted*" }`, resultOf('ok', 'a\nplanted\nb'), true],
  [`{ value: "\${c.because}", matches: "*docker*" }`, resultOf('refused', '', 'no docker here'), true],
  [`{ any: [{ call: c, outcome: ok }, { value: "\${c.n}", equals: 1 }] }`, resultOf('ok', ''), true],
  [`{ all: [{ call: c, outcome: failed }, { value: "\${c.n}", equals: 1 }] }`, resultOf('ok', ''), false],
])('the condition %s on %j', async (when, result, expected) => {
  const yaml = `
playbook: p
turns:
  - id: a
    calls: [{ id: c, tool: x }]
    next: [{ when: ${when}, go: yes-turn }, { go: no-turn }]
  - { id: yes-turn, say: "yes" }
  - { id: no-turn, say: "no" }
`;
  expect((await play(yaml, { c: result })).text).toBe(expected ? 'yes' : 'no');
});
