import { expect, test } from 'vitest';
import type { Caller, Effect } from '../../src/kernel/types.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { actionOf, caller, connect, moment, read, run, secret, tool, write } from './situations.ts';

const file = (rules: string) => ({ path: 'p.yaml', text: `policy: p\nrules:\n${rules}` });

const looking = `
  - { id: reads, allow: { read: ["**"], run: ["cat *", "curl *"], write: ["**"], connect: ["*.site.example"] }, because: it is a test }
  - { id: logs, allow: { read: ["logs/**"] }, labels: [untrusted], because: strangers write them }
  - { id: keys, allow: { read: ["keys/**"], secret: [token] }, labels: [private], because: they are secret }
`;
const noneOutward = `
  - { id: outward, deny: { connect: ["*"] }, when: { labels: { any: [untrusted] } }, because: strangers may have asked for it }
`;
const two = `
  - { id: two, ask: { connect: ["*"], write: ["**"] }, when: { labels: { all: [untrusted, private] } }, because: rule of two }
`;

async function decide(
  rules: string,
  effects: readonly Effect[],
  by: Partial<Caller> = {},
  inputs: readonly string[] = [],
) {
  const policy = await loadPolicy([file(rules)]);
  return policy.decide(actionOf([tool('exec'), ...effects]), caller(by), { ...moment, inputs });
}
const sends = connect('a.site.example');

test('what a file brings is judged in the call that also sends', async () => {
  expect((await decide(looking + noneOutward, [sends])).verdict).toBe('allow');
  expect((await decide(looking + noneOutward, [read('logs/a'), sends])).verdict).toBe('deny');
  expect((await decide(looking + noneOutward, [read('notes.md'), sends], {}, ['untrusted'])).verdict).toBe('deny');
});

test('the Rule of Two sees the session and the call together', async () => {
  const untrusted = { labels: ['untrusted'] };
  expect((await decide(looking + two, [read('keys/a'), sends])).verdict).toBe('allow');
  expect((await decide(looking + two, [read('keys/a'), sends], untrusted)).verdict).toBe('ask');
  expect((await decide(looking + two, [read('logs/a'), read('keys/a'), sends])).verdict).toBe('ask');
  expect((await decide(looking + two, [read('logs/a'), read('keys/a')])).verdict).toBe('allow');
});

test('whoever gets a secret is private, by its name or by a grant', async () => {
  const untrusted = { labels: ['untrusted'] };
  expect((await decide(looking + two, [secret('token'), sends], untrusted)).verdict).toBe('ask');
  const granting = `${two}  - { id: g, allow: { connect: ["a.site.example"] }, grant: { secrets: [token] }, because: api }\n`;
  const decision = await decide(granting, [sends], untrusted);
  expect([decision.verdict, decision.labels]).toEqual(['ask', ['private', 'untrusted']]);
});

test('what a rule says of a connection does not refuse that connection, but follows into a file', async () => {
  const web = `
  - { id: web, allow: { connect: ["*.site.example"], run: ["curl *"], write: ["**"] }, because: it is a test }
  - { id: strange, allow: { connect: ["*.site.example"] }, labels: [untrusted], because: strangers }
  - { id: memory, deny: { write: [MEMORY.md] }, when: { labels: { any: [untrusted] } }, because: memory is for our words }
`;
  expect((await decide(web + noneOutward, [run('curl x'), sends])).verdict).toBe('allow');
  expect((await decide(web, [run('curl x'), sends, write('MEMORY.md')])).verdict).toBe('deny');
  expect((await decide(web, [run('curl x'), sends, write('notes.md')])).verdict).toBe('allow');
});

test('the output of a labelled command flows into what else the call does', async () => {
  const history = `
  - { id: h, allow: { run: ["git log *"] }, labels: [untrusted], because: others wrote it }
  - { id: c, allow: { run: ["curl *"], connect: ["*.site.example"] }, because: it is a test }
`;
  expect((await decide(history + noneOutward, [run('git log'), run('curl x'), sends])).verdict).toBe('deny');
});

test('labels of the call never loosen: neither by an allow that asks for them, nor by a deny that does without', async () => {
  const wants = '  - { id: w, allow: { connect: ["*"] }, when: { labels: { any: [untrusted] } }, because: odd }\n';
  expect(
    (
      await decide(`  - { id: r, allow: { read: ["**"] }, labels: [untrusted], because: t }\n${wants}`, [
        read('a'),
        sends,
      ])
    ).verdict,
  ).toBe('deny');
  const clean = '  - { id: n, deny: { connect: ["*"] }, when: { labels: { none: [untrusted] } }, because: odd }\n';
  expect((await decide(looking + clean, [read('logs/a'), sends])).verdict).toBe('deny');
});

test('an allow for clean calls only does not open a call that brings the label', async () => {
  const clean = `
  - { id: r, allow: { read: ["**"] }, labels: [untrusted], because: it is a test }
  - { id: c, allow: { connect: ["*.site.example"] }, when: { labels: { none: [untrusted] } }, because: clean only }
`;
  expect((await decide(clean, [sends])).verdict).toBe('allow');
  expect((await decide(clean, [read('a'), sends])).verdict).toBe('deny');
});

test('the result carries what was read, what rules say and what the files brought', async () => {
  const decision = await decide(looking, [read('logs/a')], {}, ['stale']);
  expect(decision.labels).toEqual(['stale', 'untrusted']);
});

test('asking about a file does not take away what a looser rule says of it', async () => {
  const asks = '  - { id: careful, ask: { read: ["logs/**"] }, because: somebody looks first }\n';
  const alone = await decide(looking + asks, [read('logs/a')]);
  expect([alone.verdict, alone.labels]).toEqual(['ask', ['untrusted']]);
  expect((await decide(looking + asks + noneOutward, [read('logs/a'), sends])).verdict).toBe('deny');
});
