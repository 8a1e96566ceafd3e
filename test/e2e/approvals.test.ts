import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

// Answers in words, through the real command: how far they reach, what they change, and what is left of them.

let place: Place;
let policy: string;
beforeAll(() => {
  place = makePlace();
  mkdirSync(place.workspace);
  writeFileSync(join(place.workspace, 'a.txt'), 'hello\n');
  policy = place.file(
    'policy.yaml',
    'policy: asking\nrules:\n  - { id: reads, ask: { read: ["**"] }, because: somebody looks at what is read }\n',
  );
});
afterAll(() => place.remove());

const read = (lines: number) => [
  ...['call', 'read', JSON.stringify({ path: 'a.txt', lines })],
  ...['--policy', policy, '--workspace', place.workspace],
];
async function asked(lines: number) {
  const call = place.start(read(lines));
  const [, id = ''] = /approvals approve (\w+)/.exec(await call.saidOnError('approvals decline')) ?? [];
  return { id, call };
}
const approvals = (...args: string[]) => place.run(['approvals', ...args]);

test('P6: what is not exactly one answer changes nothing, and says what would have been one', async () => {
  const { id, call } = await asked(1);
  const vague = await approvals('approve', id, 'maybe');
  expect([vague.code, vague.err]).toEqual([64, expect.stringContaining(`did you mean \`approve ${id}\`?`)]);
  const nobody = await approvals('answer', 'yes', 'please');
  expect([nobody.code, nobody.err]).toEqual([64, expect.stringContaining('is no answer')]);
  expect((await approvals('approve', 'zzzzzz')).code).toBe(1);
  expect((await approvals('approve', id, 'pattern', '1', 'for', '2h')).code).toBe(2);
  expect(JSON.parse((await approvals('list', '--json')).out)).toMatchObject([{ id, state: 'pending' }]);
  await approvals('answer', 'no', id, 'not', 'today');
  expect(JSON.parse((await call.ended).out).because).toContain('not today');
});

test('an approval for two uses is used by a second call without a question, is listed, and is used up', async () => {
  const { id, call } = await asked(2);
  expect((await approvals('approve', id, '2', 'times')).out).toContain(`approved ${id} 2 times`);
  expect((await call.ended).code).toBe(0);
  const [standing] = JSON.parse((await approvals('grants', 'list', '--json')).out);
  expect(standing).toMatchObject({ question: id, usesLeft: 1, state: 'open' });
  const second = await place.run(read(2));
  expect([second.code, second.err]).toEqual([0, '']);
  expect(JSON.parse((await approvals('grants', 'list', '--json')).out)).toEqual([]);
  expect((await approvals('grants', 'revoke', standing.id)).code).toBe(2);
  const figures = JSON.parse((await approvals('stats', '--json')).out);
  expect(figures).toMatchObject({ standingUses: 1, ends: { approved: 1, declined: 1 } });
});

test('an edit is asked about anew under the name of who made it, and the call runs with it', async () => {
  const { id, call } = await asked(3);
  expect((await approvals('edit', id, '--args', '{"path":')).code).toBe(64);
  const args = place.file('args.json', '{"path":"a.txt","lines":7}');
  expect((await approvals('edit', id, '--args-file', args)).code).toBe(0);
  const said = await call.saidOnError(`replaces     ${id}`);
  expect(said).toContain('edited by');
  const [next] = JSON.parse((await approvals('list', '--json')).out);
  expect(next).toMatchObject({ replaces: id, args: { lines: 7 } });
  await approvals('approve', next.id);
  expect(JSON.parse((await call.ended).out)).toMatchObject({ outcome: 'ok', edit: { args: { lines: 7 } } });
});

test('`always` changes nothing by itself: it says why there can be no rule, and the question still waits', async () => {
  const { id, call } = await asked(4);
  const { code, out } = await approvals('always', id);
  expect([code, out]).toEqual([0, expect.stringContaining('no rule could be proposed')]);
  expect(JSON.parse((await approvals('proposals', 'list', '--json')).out)).toEqual([]);
  expect((await approvals('proposals', 'show', '7')).code).toBe(1);
  expect((await approvals('decline', id)).code).toBe(0);
  await call.ended;
});
