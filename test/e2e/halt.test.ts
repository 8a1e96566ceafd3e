// The brake, from one shell to another: running calls end, new ones are refused, and only an operator lets go.

import { mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

let place: Place;
afterEach(() => place.remove());

const policyText = `policy: p
rules:
  - id: computing
    allow: { tool: [js] }
    because: it only computes
`;
const endless = '{"code":"for (;;);"}';
const quick = '{"code":"return 1 + 1"}';

test('halting ends a running call, refuses new ones of that agent until an operator resumes, and is on record', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const where = ['--workspace', place.workspace, '--policy', place.file('policy.yaml', policyText)];
  const running = place.start(['call', 'js', endless, ...where, '--agent', 'ops']);
  const isIntended = async () => (await place.run(['audit', 'list', '--type', 'call-intended'])).out.includes('js');
  while (!(await isIntended())) expect(running.process.exitCode).toBeNull();

  const halted = await place.run(['halt', 'it', 'loops', '--agent', 'ops']);
  expect(halted.code).toBe(0);
  const ended = await running.ended;
  expect(ended.code).not.toBe(0);
  expect(JSON.parse(ended.out).outcome).not.toBe('ok');

  const refused = await place.run(['call', 'js', quick, ...where, '--agent', 'ops']);
  expect(refused.code).toBe(2);
  expect(JSON.parse(refused.out).because).toMatch(/agent `ops` is halted by .* \(it loops\): an operator/);
  expect((await place.run(['call', 'js', quick, ...where])).code).toBe(0);
  expect((await place.run(['halt', '--list'])).out).toContain('ops by');

  expect((await place.run(['resume'])).err).toContain('nothing is halted as a whole');
  expect((await place.run(['resume', '--agent', 'ops'])).code).toBe(0);
  expect((await place.run(['call', 'js', quick, ...where, '--agent', 'ops'])).code).toBe(0);
  const types = (await place.run(['audit', 'export'])).out;
  expect(types).toContain('"type":"halted"');
  expect(types).toContain('"type":"resumed"');
});

test('a config.yaml that does not load keeps nobody from halting, and a halt of one stays when all are let go', async () => {
  place = makePlace();
  mkdirSync(place.home, { recursive: true });
  place.file(join('home', 'config.yaml'), 'people: [\n');
  expect((await place.run(['halt', 'stop'])).code).toBe(0);
  const one = await place.run(['halt', '--agent', 'opps']);
  expect(one).toMatchObject({ code: 0, out: expect.stringContaining('config.yaml has no agent `opps`') });
  expect((await place.run(['halt', '--list'])).out).toContain('all agents by');
  expect((await place.run(['resume'])).code).toBe(1);

  place.file(join('home', 'config.yaml'), 'people: []\n');
  const resumed = await place.run(['resume']);
  expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/halted still is:\nopps by/) });
});

test('only an operator resumes, with the step-up that the configuration demands', async () => {
  place = makePlace();
  mkdirSync(place.home, { recursive: true });
  const { username } = userInfo();
  const configured = (text: string) => place.file(join('home', 'config.yaml'), text);
  configured(`people: [{ id: ${username}, roles: [intern] }]\n`);
  await place.run(['halt']);
  const intern = await place.run(['resume']);
  expect(intern).toMatchObject({ code: 2, err: expect.stringContaining('lacks the role `operator`') });
  configured('people: [{ id: somebody-else, roles: [operator] }]\n');
  expect((await place.run(['resume'])).err).toContain('is not among the `people`');
  const env = { HOME: place.home };
  const key = (await place.run(['keys', 'create'], '', env)).out.trim();
  expect(key).toMatch(/^ed25519:/);
  configured(
    `resume: { stepUp: signature }\npeople: [{ id: ${username}, roles: [operator], keys: ["${key.split(/\s/)[0]}"] }]\n`,
  );
  expect((await place.run(['resume'], '', env)).err).toMatch(/have a step-up|demands a signature/);
  expect((await place.run(['resume', '--signature', 'AAAA'], '', env)).err).toMatch(/not by a key/);
  const signed = await place.run(['resume', '--sign'], '', env);
  expect(signed.out + signed.err).toContain('may make calls again');
  expect(signed.code).toBe(0);
});
