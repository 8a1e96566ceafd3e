import { expect, test } from 'vitest';
import type { Effect } from '../../src/kernel/types.ts';
import { loadPolicy, PolicyLoadError } from '../../src/policy/load-policy.ts';
import { actionOf, caller, run, tool, write } from './situations.ts';

const now = { now: 0, used: [], inputs: [] };

async function problemsOf(rule: string): Promise<string> {
  try {
    await loadPolicy([{ path: 'p.yaml', text: `policy: p\nrules:\n  - { id: r, because: so, ${rule} }` }]);
    return 'loaded';
  } catch (error) {
    if (error instanceof PolicyLoadError) return error.message;
    throw error;
  }
}

const decided = async (rules: readonly string[], effects: readonly Effect[] = [tool('write'), write('docs/a')]) => {
  const text = (rule: string, index: number) => ({ path: `${index}.yaml`, text: `policy: p${index}\nrules:\n${rule}` });
  const policy = await loadPolicy(rules.map(text));
  return policy.decide(actionOf(effects), caller(), now);
};
const rule = (id: string, body: string) => `  - { id: ${id}, because: so, ${body} }\n`;
const asks = (preview: boolean) => rule('r', `ask: { write: ["docs/**"] }${preview ? ', preview: true' : ''}`);

test.each([
  ['a rule that allows', 'allow: { write: ["a"] }, preview: true', 'only an ask rule has a preview'],
  ['a rule that denies', 'deny: { write: ["a"] }, preview: true', 'only an ask rule has a preview'],
  [
    'a rule about connections',
    'ask: { write: ["a"], connect: ["x.test"] }, preview: true',
    'cannot hold back `connect`',
  ],
  ['a rule about messages', 'ask: { send: ["slack *"] }, preview: true', 'cannot hold back `send`'],
  ['a rule about secrets', 'ask: { secret: ["k"] }, preview: true', 'cannot hold back `secret`'],
  [
    'a rule that grants hosts',
    'ask: { run: ["npm install"] }, grant: { connect: ["x.test"] }, preview: true',
    '`grant.connect`',
  ],
  ['a rule that says no to it', 'ask: { write: ["a"] }, preview: false', 'preview'],
])('%s has no preview', async (_name, body, problem) => {
  expect(await problemsOf(body)).toContain(problem);
});

test('a call is previewed if any rule that asks wants it, in whatever layer', async () => {
  expect(await decided([asks(true)])).toMatchObject({ verdict: 'ask', preview: true });
  expect(await decided([asks(false)])).toMatchObject({ verdict: 'ask', preview: false });
  expect(await decided([asks(false), asks(true)])).toMatchObject({ verdict: 'ask', preview: true });
  expect(await decided([asks(true), asks(false)])).toMatchObject({ verdict: 'ask', preview: true });
});

test('a call that is allowed or denied is not previewed', async () => {
  const effects = [tool('exec'), run('ls')];
  expect(await decided([asks(true) + rule('s', 'allow: { run: ["ls"] }')], effects)).toMatchObject({
    verdict: 'allow',
    preview: false,
  });
  const denied = rule('d', 'deny: { write: ["docs/a"] }');
  expect(await decided([asks(true) + denied])).toMatchObject({ verdict: 'deny', preview: false });
});
