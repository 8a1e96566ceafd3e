import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

const policyText = (...rules: readonly string[]) =>
  `policy: e2e\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;

const look = '{ id: look, allow: { read: ["**"] }, because: looking is harmless }';
const ask = '{ id: writes-ask, ask: { write: ["**"] }, because: it changes a file }';
const never = '{ id: no-lists, deny: { tool: [list] }, because: lists are over }';

let place: Place;
let policy: string;
beforeEach(() => {
  place = makePlace();
  mkdirSync(place.workspace);
  writeFileSync(join(place.workspace, 'a.txt'), 'hello\n');
  policy = place.file('policy.yaml', policyText(look, ask));
});
afterEach(() => place.remove());

const inWorkspace = (...args: readonly string[]) => [...args, '--workspace', place.workspace];
const call = (...args: readonly string[]) => place.run(inWorkspace('call', ...args, '--policy', policy));
const policyCommand = async (...args: readonly string[]) => {
  const ran = await place.run(['policy', ...args]);
  return { ...ran, json: () => JSON.parse(ran.out) };
};

test.each([
  ['a limit that is no number', ['replay', '--limit', 'many'], 'could not use `--limit many`'],
  ['a time nobody can read', ['shadow', '--since', 'yesterday'], 'could not read `--since yesterday`'],
  ['three policies', ['diff', 'a', 'b', 'c'], 'could not compare more than two'],
  ['a policy that is not there', ['diff', '/nowhere.yaml'], 'could not read the policy'],
  ['one approval', ['suggest', '--approvals', '1'], 'could not use `--approvals 1`'],
])('%s is a wrong command line', async (_name, args, says) => {
  const { code, err } = await policyCommand(...args);
  expect([code, err]).toEqual([64, expect.stringContaining(says)]);
});

test('without a ledger there is nothing to look back on, and none is made', async () => {
  expect((await policyCommand('replay', '--policy', policy)).out).toContain('no call was judged yet');
  expect(existsSync(join(place.home, 'sallyport.db'))).toBe(false);
});

test('a shadow that does not load stops the start, and says which file', async () => {
  const broken = place.file('broken.yaml', 'policy: [');
  const { code, err } = await call('read', '{"path":"a.txt"}', '--shadow', broken);
  expect([code, err]).toEqual([1, expect.stringContaining('broken.yaml:1')]);
});

test('a policy on trial is only written down; shadow, replay and diff say what it would change', async () => {
  const trial = place.file('trial.yaml', policyText(look, never));
  expect((await call('list', '{"path":"."}', '--shadow', trial)).code).toBe(0);
  expect((await call('read', '{"path":"a.txt"}', '--shadow', trial)).code).toBe(0);

  const shadow = (await policyCommand('shadow', '--json')).json();
  expect(shadow).toMatchObject({ calls: 2, trials: [{ calls: 2, changes: { same: 1, looser: 0, tighter: 1 } }] });
  const shown = await policyCommand('shadow');
  expect(shown.out).toContain(
    'allow → deny  1 call\n    now by `no-lists` (e2e); before by `look` (e2e)\n      list .',
  );

  const replayed = (await policyCommand('replay', '--policy', trial, '--json')).json();
  expect(replayed).toMatchObject({ calls: 2, same: 1, tighter: 1, policies: [shadow.trials[0].policy] });
  expect((await policyCommand('replay', '--policy', trial, '--json', '--limit', '1')).json().calls).toBe(1);
  expect((await policyCommand('replay', '--policy', trial, '--json', '--agent', 'ci')).json().calls).toBe(0);

  const tighter = await policyCommand('diff', policy, trial, '--fail-on-looser');
  expect([tighter.code, tighter.out]).toEqual([0, expect.stringContaining('allow → deny')]);
  const looser = await policyCommand('diff', trial, policy, '--fail-on-looser', '--json');
  expect(looser.code).toBe(1);
  expect(looser.json()).toMatchObject({ looser: 1, groups: [{ from: 'deny', to: 'allow', direction: 'looser' }] });
  const alone = await policyCommand('diff', trial, policy, '--no-ledger', '--json');
  expect(alone.json()).toMatchObject({ looser: 0, tried: { ledger: { calls: 0 } } });
});

test('a policy follows its file while a run waits for a person: it is asked anew, and every later call is judged by the new one', async () => {
  const playbook = place.file(
    'p.yaml',
    [
      'playbook: p',
      'about: writes, then looks',
      'turns:',
      '  - id: one',
      '    calls:',
      '      - { id: a, tool: write, args: { path: b.txt, content: x } }',
      '  - id: two',
      '    calls:',
      '      - { id: b, tool: list, args: { path: . } }',
      '  - id: three',
      '    say: done',
      '',
    ].join('\n'),
  );
  const args = ['run', 'go', '--policy', policy, '--model', `playbook:${playbook}`, '--json'];
  const running = place.start(inWorkspace(...args));
  const [, id = ''] = /approvals approve (\w+)/.exec(await running.saidOnError('approvals decline')) ?? [];

  writeFileSync(policy, 'policy: e2e\nrules: [oops\n');
  await running.saidOnError('the policy stays as it was');
  writeFileSync(policy, policyText(look, ask, never));
  await running.saidOnError('the policy was loaded again');
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  const said = await running.saidOnError('replaces');
  const [, anew = '', replaced = ''] =
    /approval (\w+): .*?replaces +(\w+)/s.exec(said.slice(said.indexOf(`decline ${id}`))) ?? [];
  expect(replaced).toBe(id);
  expect((await place.run(['approvals', 'decline', anew, 'not now'])).code).toBe(0);

  const { code, out } = await running.ended;
  expect(code).toBe(0);
  const finished = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ phase, stream }) => stream === 'tool' && phase === 'finished');
  expect(finished.map(({ result }) => [result.outcome, result.because])).toEqual([
    ['refused', expect.stringContaining('not now')],
    ['refused', expect.stringContaining('lists are over')],
  ]);
  const records = JSON.parse((await place.run(['audit', 'list', '--json'])).out).toReversed();
  const types = records.map(({ type }: { type: string }) => type);
  expect(types.filter((type: string) => type.startsWith('policy-'))).toEqual(['policy-rejected', 'policy-loaded']);
  const loaded = records.find(({ type }: { type: string }) => type === 'policy-loaded').body;
  const refused = records.findLast(({ type }: { type: string }) => type === 'call-refused').body;
  expect(refused.policy).toBe(loaded.policy);
  expect(types.lastIndexOf('policy-loaded')).toBeLessThan(types.lastIndexOf('call-refused'));
  expect(existsSync(join(place.workspace, 'b.txt'))).toBe(false);
});

test('what was approved again and again is suggested, with a copy of the file in which it takes effect', async () => {
  policy = place.file('policy.yaml', policyText(look, '{ id: work, ask: { run: ["true *"] }, because: it runs }'));
  for (let time = 0; time < 3; time += 1) {
    const waiting = place.start(inWorkspace('call', 'exec', '{"argv":["true","x"]}', '--policy', policy));
    const [, id = ''] = /approvals approve (\w+)/.exec(await waiting.saidOnError('approvals decline')) ?? [];
    await place.run(['approvals', 'approve', id]);
    await waiting.ended;
  }
  const out = join(place.workspace, '..', 'out');
  const suggested = await policyCommand('suggest', '--policy', policy, '--amended', out);
  expect(suggested.out).toContain('  # It would have allowed 3 past calls by main: 3 approved.');
  expect(suggested.out).toContain('except: { run: ["true x"], expires: ');
  const alone = place.file('suggested.yaml', suggested.out);
  expect((await policyCommand('lint', alone, '--json')).code).toBe(0);
  const replayed = await policyCommand('replay', '--policy', join(out, 'policy.yaml'), '--json');
  expect(replayed.json()).toMatchObject({ looser: 3, tighter: 0 });
  expect(readFileSync(policy, 'utf8')).not.toContain('except');
  const again = await policyCommand('suggest', '--policy', policy, '--amended', out);
  expect([again.code, again.err]).toEqual([64, expect.stringContaining('it is there already')]);
});
