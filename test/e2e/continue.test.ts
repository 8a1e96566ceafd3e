// A question outlives the process that asked it, and the answer is carried out once, whoever goes on.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makePlace, type Place, type Running } from './sallyport.ts';

let place: Place;
afterEach(() => place.remove());

const policyText = `policy: p
rules:
  - id: writes-ask
    ask: { write: ["*.txt"] }
    grant: { write: ["*.txt"] }
    because: somebody has to look
`;
const playbookText = `playbook: p
about: writes two files
turns:
  - id: one
    calls:
      - { id: first, tool: write, args: { path: a.txt, content: "once\\n" } }
  - id: two
    calls:
      - { id: second, tool: write, args: { path: b.txt, content: "twice\\n" } }
  - id: three
    say: both are written
`;

const idIn = (text: string): string => /approval ([a-z][a-z0-9]{5,11}):/.exec(text)?.[1] ?? '';

/** Waits until it asks, and kills it as a power cut would. */
async function killedWhileAsking(running: Running): Promise<string> {
  const id = idIn(await running.saidOnError('waiting for an answer'));
  running.process.kill('SIGKILL');
  await running.ended;
  return id;
}

const typesOf = async () =>
  (await place.run(['audit', 'export'])).out
    .trim()
    .split('\n')
    .map((line): string => JSON.parse(line).type);

test('a run of a halted agent is not gone on with, and goes on waiting until somebody resumes it', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const where = ['--workspace', place.workspace, '--policy', place.file('policy.yaml', policyText)];
  const id = await killedWhileAsking(place.start(['call', 'write', '{"path":"a.txt","content":"x"}', ...where]));
  await place.run(['approvals', 'approve', id]);
  await place.run(['halt']);
  expect(await place.run(['continue', id])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/goes on waiting: all agents are halted/),
  });
  expect(existsSync(join(place.workspace, 'a.txt'))).toBe(false);
  await place.run(['resume']);
  expect((await place.run(['continue', id])).code).toBe(0);
  expect(readFileSync(join(place.workspace, 'a.txt'), 'utf8')).toBe('x');
});

test('P11: a run that was killed while it waited goes on, asks nothing twice, and does what was approved once', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const policy = place.file('policy.yaml', policyText);
  const playbook = place.file('p.yaml', playbookText);
  const where = ['--workspace', place.workspace, '--policy', policy, '--model', `playbook:${playbook}`];
  const id = await killedWhileAsking(place.start(['run', 'write', ...where]));
  expect(id).not.toBe('');

  // Any other command may start meanwhile: nothing is closed.
  expect((await place.run(['call', 'list', '{"path":"."}', '--workspace', place.workspace])).code).toBe(0);
  const listed = await place.run(['continue', '--list', '--json']);
  expect(JSON.parse(listed.out)).toMatchObject([{ questions: [{ id, state: 'pending', tool: 'write' }] }]);
  expect((await place.run(['approvals', 'approve', id])).code).toBe(0);
  expect(existsSync(join(place.workspace, 'a.txt'))).toBe(false);

  const going = place.start(['continue']);
  const next = idIn(await going.saidOnError('waiting for an answer'));
  expect(next).not.toBe(id);
  expect(readFileSync(join(place.workspace, 'a.txt'), 'utf8')).toBe('once\n');
  going.process.kill('SIGKILL');
  await going.ended;
  await place.run(['approvals', 'decline', next, 'not this one']);
  const last = await place.run(['continue', next, '--json']);
  expect(last.code).toBe(0);
  expect(last.out).toContain('not this one');
  expect(last.out).toContain('both are written');
  expect(existsSync(join(place.workspace, 'b.txt'))).toBe(false);

  const types = await typesOf();
  const count = (type: string) => types.filter((one) => one === type).length;
  expect([count('approval-asked'), count('run-started'), count('run-continued'), count('run-ended')]).toEqual([
    2, 2, 2, 2,
  ]);
  expect(count('approval-claimed')).toBe(1);
  expect((await place.run(['audit', 'verify'])).code).toBe(0);
  const over = await place.run(['continue']);
  expect(over.err).toContain('no run waits');
});

test('P11: one call goes on likewise, and is asked about anew where the policy changed meanwhile', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const policy = place.file('policy.yaml', policyText);
  const call = ['call', 'write', '{"path":"a.txt","content":"x"}', '--workspace', place.workspace, '--policy', policy];
  const id = await killedWhileAsking(place.start(call));
  await place.run(['approvals', 'approve', id]);
  place.file('policy.yaml', policyText.replace('somebody has to look', 'another reason'));
  const going = place.start(['continue', id]);
  const asked = await going.saidOnError('waiting for an answer');
  expect(asked).toContain(id);
  const next = idIn(asked);
  expect(next).not.toBe(id);
  expect(existsSync(join(place.workspace, 'a.txt'))).toBe(false);
  expect((await place.run(['approvals', 'approve', id])).err).toContain('replaced by another question');
  await place.run(['approvals', 'approve', next]);
  const { code, out } = await going.ended;
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: 'ok' });
  expect(readFileSync(join(place.workspace, 'a.txt'), 'utf8')).toBe('x');
});
