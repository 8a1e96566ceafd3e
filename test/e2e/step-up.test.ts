// What approvers prove, through the real command: keys and codes from their making to the check of an export elsewhere.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeAt, stepAt } from '../../src/approvals/totp.ts';
import { makePlace } from './sallyport.ts';

const place = makePlace();
const elsewhere = makePlace();
afterAll(() => {
  place.remove();
  elsewhere.remove();
});

const userHome = join(place.home, '..');
const run = (...args: readonly string[]) => place.run(args, '', { HOME: userHome });
const policy = (stepUp: string) =>
  place.file(
    `${stepUp}.yaml`,
    `policy: p
rules:
  - { id: asks, ask: { write: ["**"] }, approvers: { stepUp: ${stepUp} }, because: it is a test }
`,
  );
/** Starts a call that asks; comes back with the id of its question. */
async function ask(stepUp: string) {
  const args = ['--policy', policy(stepUp), '--workspace', userHome, '--json'];
  const waiting = place.start(['call', 'write', `{"path":"${stepUp}.txt","content":"x"}`, ...args]);
  const said = await waiting.saidOnError('approvals decline');
  return { waiting, id: /approvals approve (\w+)/.exec(said)?.[1] ?? 'no id' };
}

test('a signature opens what an account alone does not, and an export proves it on another machine', async () => {
  expect((await run('keys', 'enrol', 'nobody-here', 'ed25519:xx')).code).toBe(2);
  const { key, path } = JSON.parse((await run('keys', 'create', '--json')).out);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await run('keys', 'create')).code).toBe(64);
  const { waiting, id } = await ask('signature');
  const [me = ''] =
    /\S+$/.exec((await run('approvals', 'statement', id)).out.match(/"person":"([^"]*)"/)?.[1] ?? '') ?? [];
  expect((await run('approvals', 'approve', id, '--sign')).err).toContain('no key of');
  expect((await run('keys', 'enrol', me, key)).code).toBe(0);
  const plain = await run('approvals', 'approve', id);
  expect([plain.code, plain.err]).toEqual([2, expect.stringContaining('needs a step-up')]);
  expect((await run('approvals', 'approve', id, '--sign')).code).toBe(0);
  expect(JSON.parse((await waiting.ended).out).outcome).toBe('ok');
  const exported = elsewhere.file('export.jsonl', (await run('audit', 'export')).out);
  const verify = (trust: string) => elsewhere.run(['keys', 'verify', '--file', exported, '--trust', trust]);
  expect(await verify(`${me}=${key}`)).toMatchObject({ code: 0, out: expect.stringContaining('signed with ed25519:') });
  expect(await verify(`somebody=${key}`)).toMatchObject({ code: 1, out: expect.stringContaining('BAD') });
}, 120_000);

test('a code of a device opens what an account alone does not', async () => {
  const { uri } = JSON.parse((await run('keys', 'totp', 'enrol', '--json', '--sign')).out);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...(new URL(uri).searchParams.get('secret') ?? '')]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const code = () => codeAt(secret, stepAt(Date.now()));
  const { waiting, id } = await ask('code');
  expect((await run('approvals', 'approve', id, '--code', code())).err).toContain('has no device for codes');
  expect((await run('keys', 'totp', 'confirm', '000000')).code).toBe(2);
  expect((await run('keys', 'totp', 'confirm', code())).code).toBe(0);
  expect((await run('keys', 'totp', 'enrol')).err).toContain('you have a step-up, so show it');
  expect((await run('approvals', 'approve', id, '--code', code())).code).toBe(0);
  expect(JSON.parse((await waiting.ended).out).outcome).toBe('ok');
}, 120_000);
