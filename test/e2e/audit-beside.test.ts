import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

const secret = 'opensesame-opensesame';
const pin = 'four-five-six-seven';
let place: Place;
const env = { SALLYPORT_SECRET_DOOR: secret };

beforeAll(async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  mkdirSync(place.home, { mode: 0o700 });
  writeFileSync(
    join(place.home, 'config.yaml'),
    'ledger:\n  private: [js.input.pin]\n  retention: { outputs: 30d, salts: 365d }\n',
  );
  const policy = place.file(
    'p.yaml',
    'policy: e2e\nrules:\n  - id: js\n    allow: { tool: [js] }\n    because: it is a test\n',
  );
  const code = 'return [input.door, input.pin, "x".repeat(20000)].join(" ")';
  const args = JSON.stringify({ code, input: { door: secret, pin } });
  const { code: ended, out } = await place.run(
    ['call', 'js', args, '--policy', policy, '--workspace', place.workspace, '--json'],
    '',
    env,
  );
  expect([ended, JSON.parse(out).output]).toEqual([0, `"[secret] ${pin} ${'x'.repeat(20_000)}"`]);
});
afterAll(() => place.remove());

const recordOf = async (type: string) =>
  JSON.parse((await place.run(['audit', 'list', '--type', type, '--json'])).out)[0];

test('neither secrets nor private arguments nor salts are in an export', async () => {
  const { out } = await place.run(['audit', 'export']);
  expect(out).not.toContain(secret);
  expect(out).not.toContain(pin);
  const { seq, body } = await recordOf('call-intended');
  expect(body.args.input).toEqual({ door: '[secret]', pin: '[private]' });
  expect(body.program).toEqual({ version: expect.any(String), node: process.version, config: expect.any(String) });
  const salts = await place.run(['audit', 'reveal', String(seq), '/args/input/pin', '--salt', '--json']);
  expect(out).not.toContain(JSON.parse(salts.out)[0].salt);
});

test('what a record hides can be proven by whoever knows it, and by nobody once it is forgotten', async () => {
  const { seq } = await recordOf('call-intended');
  const reveal = (where: string, text: string) => place.run(['audit', 'reveal', String(seq), where], text);
  expect(await reveal('/args/input/door', `${secret}!`)).toMatchObject({
    code: 1,
    out: expect.stringContaining('not proven'),
  });
  expect(await reveal('/args/input/door', `${secret}\n`)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^proven: /),
  });
  expect(await reveal('/args/input/pin', pin)).toMatchObject({ code: 0 });
  expect(await reveal('/args/code', pin)).toMatchObject({ code: 1, err: expect.stringContaining('`/args/input/pin`') });
  expect(await place.run(['audit', 'forget', String(seq), '/args/input/pin'])).toMatchObject({ code: 0 });
  expect(await reveal('/args/input/pin', pin)).toMatchObject({
    code: 1,
    out: expect.stringContaining('was destroyed'),
  });
  expect(await reveal('/args/input/door', secret)).toMatchObject({ code: 0 });
  expect((await recordOf('salts-destroyed')).body).toMatchObject({ record: seq, commitments: [expect.any(String)] });
  expect((await place.run(['audit', 'verify'])).code).toBe(0);
});

test('a long output lies beside its record, whole but for what is hidden', async () => {
  const { seq, body } = await recordOf('call-finished');
  expect(body.output).toMatchObject({
    bytes: 20_000 + '"[secret] [private] "'.length,
    head: expect.stringMatching(/^"\[secret\] \[private\] x/),
  });
  const { code, out } = await place.run(['audit', 'output', String(seq)]);
  expect([code, out]).toEqual([0, `"[secret] [private] ${'x'.repeat(20_000)}"\n`]);
  expect((await place.run(['audit', 'verify'])).out).toContain(
    'outputs: 1 beside the records are what they were, 0 were pruned',
  );
  const dry = await place.run(['audit', 'prune', '--dry-run', '--json']);
  expect(JSON.parse(dry.out)).toMatchObject({ outputs: 0, salts: 0, dryRun: true });
});

test('pruning without a retention, and a place that names no argument, are usage errors', async () => {
  const other = makePlace();
  try {
    expect(await other.run(['audit', 'prune'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('ledger.retention'),
    });
    mkdirSync(other.home, { mode: 0o700 });
    writeFileSync(join(other.home, 'config.yaml'), 'ledger: { private: [password] }\n');
    expect((await other.run(['audit', 'prune'])).err).toContain('must be a tool and a place in its arguments');
  } finally {
    other.remove();
  }
});
