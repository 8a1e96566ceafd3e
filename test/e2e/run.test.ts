import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makePlace, type Place } from './sallyport.ts';

let place: Place;
let server: Server | null = null;
afterEach(async () => {
  place.remove();
  await new Promise((closed) => (server === null ? closed(null) : server.close(closed)));
  server = null;
});

/** A server that speaks chat completions: each request is answered by the next of `turns`, as one streamed delta. */
async function serve(turns: readonly object[]): Promise<{ baseUrl: string; asked: string[] }> {
  const asked: string[] = [];
  const own = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const delta = turns[asked.length] ?? {};
      asked.push(Buffer.concat(parts).toString());
      const chunk = (choice: object) =>
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice] })}\n\n`;
      const reason = 'tool_calls' in delta ? 'tool_calls' : 'stop';
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `${chunk({ index: 0, delta })}${chunk({ index: 0, delta: {}, finish_reason: reason })}data: [DONE]\n\n`,
      );
    });
  });
  server = own;
  await new Promise<void>((listening) => own.listen(0, '127.0.0.1', listening));
  const address = own.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { baseUrl: `http://127.0.0.1:${address.port}/v1`, asked };
}

const proposing = (name: string, args: object) => ({
  role: 'assistant',
  content: 'Looking.',
  tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(args) } }],
});

test('a run speaks with a real provider over HTTP, and its key reaches neither screen nor ledger', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  writeFileSync(join(place.workspace, 'a.txt'), 'the answer is 42, the key is sk-very-secret-key\n');
  const { baseUrl, asked } = await serve([
    proposing('read', { path: 'a.txt' }),
    { role: 'assistant', content: 'It says 42.' },
  ]);
  const env = { OPENAI_API_KEY: 'sk-very-secret-key', OPENAI_BASE_URL: baseUrl };
  const ran = await place.run(
    ['run', 'what does a.txt say?', '--workspace', place.workspace, '--model', 'openai:m'],
    '',
    env,
  );
  expect(ran.err).toBe('');
  expect(ran.out).toContain('✓ read a.txt');
  expect(ran.out).toContain('It says 42.');
  expect(ran.code).toBe(0);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toContain('the answer is 42');
  const ledger = await place.run(['audit', 'export'], '', env);
  expect(ledger.out).toContain('run-ended');
  expect(`${ran.out}${ledger.out}${asked.join()}`).not.toContain('sk-very-secret-key');
});

test('with --json each event is a line, and exactly one end comes last', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const playbook = place.file(
    'p.yaml',
    'playbook: p\nabout: looks once\nturns:\n  - id: one\n    calls:\n      - { id: a, tool: list, args: { path: . } }\n  - id: two\n    say: done\n',
  );
  const args = ['run', 'look', '--workspace', place.workspace, '--model', `playbook:${playbook}`, '--json'];
  const { code, out } = await place.run(args);
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(events[0]).toMatchObject({ stream: 'lifecycle', phase: 'start' });
  expect(events.at(-1)).toMatchObject({ stream: 'lifecycle', phase: 'end' });
  expect(events.filter(({ stream, phase }) => stream === 'lifecycle' && phase !== 'start')).toHaveLength(1);
  expect(events.some(({ stream, phase }) => stream === 'tool' && phase === 'finished')).toBe(true);
});

test('Ctrl-C in the middle of a command ends it, records it and leaves with 130', async () => {
  place = makePlace();
  mkdirSync(place.workspace, { recursive: true });
  const policy = place.file(
    'policy.yaml',
    'policy: p\nrules:\n  - id: wait\n    allow: { run: ["sleep *"] }\n    because: it only waits\n',
  );
  const playbook = place.file(
    'p.yaml',
    'playbook: p\nabout: waits\nturns:\n  - id: one\n    calls:\n      - { id: a, tool: exec, args: { argv: [sleep, "600"] } }\n  - id: two\n    say: done\n',
  );
  const args = [
    'run',
    'wait',
    '--workspace',
    place.workspace,
    '--policy',
    policy,
    '--model',
    `playbook:${playbook}`,
    '--json',
  ];
  const running = place.start(args);
  const isIntended = async () => (await place.run(['audit', 'list', '--type', 'call-intended'])).out.includes('exec');
  while (!(await isIntended())) expect(running.process.exitCode).toBeNull();
  running.process.kill('SIGINT');
  const { code, out } = await running.ended;
  expect(code).toBe(130);
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ stream: 'lifecycle', phase: 'aborted' });
  const records: { type: string }[] = JSON.parse((await place.run(['audit', 'list', '--json'])).out);
  const ofRun = records.map(({ type }) => type).filter((type) => /^(run|call|model)-/.test(type));
  expect(ofRun).toEqual(['run-ended', 'call-finished', 'call-intended', 'model-answered', 'run-started']);
});
