// A policy file that lies in the workspace is one the agent may otherwise write: the next command would load what it wrote.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePlace, type Place } from '../e2e/sallyport.ts';

const text = `policy: own
rules:
  - id: all
    allow: { read: ["**"], write: ["**"], run: ["python3 x.py"] }
    grant: { write: ["."] }
    because: it is the agent's workspace
`;

let place: Place;
beforeAll(() => {
  place = makePlace();
  mkdirSync(join(place.workspace, 'policies'), { recursive: true });
  writeFileSync(join(place.workspace, 'policies/own.yaml'), text);
});
afterAll(() => place.remove());

const call = (tool: string, args: object) =>
  place.run([
    ...['call', tool, JSON.stringify(args), '--policy', join(place.workspace, 'policies/own.yaml')],
    ...['--workspace', place.workspace, '--json'],
  ]);

test('no call writes the policy it runs under, by its name or by the directory above it', async () => {
  const written = await call('write', { path: 'policies/own.yaml', content: 'policy: other' });
  expect(written.code).not.toBe(0);
  const lines = ['import os', 'os.rename("policies", "old")', 'os.mkdir("policies")'];
  writeFileSync(join(place.workspace, 'x.py'), lines.join('\n'));
  expect((await call('exec', { argv: ['python3', 'x.py'] })).code).not.toBe(0);
  expect(readFileSync(join(place.workspace, 'policies/own.yaml'), 'utf8')).toBe(text);
});
