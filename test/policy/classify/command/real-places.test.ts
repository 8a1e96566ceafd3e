import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { classifyCommand } from '../../../../src/policy/classify/command/classify-command.ts';
import { compileRunPattern } from '../../../../src/policy/classify/command/run-pattern.ts';
import { makePlace } from './workspace.ts';

const place = makePlace();

beforeAll(() => {
  const link = (target: string, name: string): void => symlinkSync(target, join(place.workspace, name));
  mkdirSync(join(place.workspace, 'served'));
  link('../.env', 'served/leak.log');
  link('../logs/api.log', 'served/latest.log');
  link('old/2024.log', 'logs/latest.log');
});

async function isAbout(kind: 'allows' | 'catches', rule: string, command: string): Promise<boolean> {
  const reading = await classifyCommand({ command }, place);
  const pattern = compileRunPattern(rule);
  if (reading.kind === 'unclear' || 'error' in pattern) throw new Error(`${rule}: ${command}`);
  return reading.effects.every((effect) => effect.kind !== 'run' || pattern[kind](effect));
}

test.each([
  ['cat served/**', 'cat served/leak.log'],
  ['cat served/*', 'cat served/leak.log'],
  ['cat *.log', 'cat served/leak.log'],
  ['cat served/**', 'cat served/a.log served/./leak.log'],
  ['cat served/**', 'cat served/*.log'],
  ['cat served/**', 'cat /workspace/served/leak.log'],
  ['head -n * served/*', 'head -n5 served/leak.log'],
  ['foo --file=served/*', 'foo --file=served/leak.log'],
  ['foo served/*', 'sh -c "foo served/leak.log"'],
])('the star in %j does not follow a link out of its place: %j', async (rule, command) => {
  expect(await isAbout('allows', rule, command)).toBe(false);
});

test.each([
  ['cat logs/**', 'cat logs/latest.log'],
  ['cat *.log', 'cat served/latest.log'],
  ['cat *', 'cat served/leak.log'],
  ['cat served/leak.log', 'cat served/leak.log'],
  ['cat served/**', 'cat served/not-there.log'],
])('%j allows %j', async (rule, command) => {
  expect(await isAbout('allows', rule, command)).toBe(true);
});

test('a deny rule about a file catches the links that lead to it', async () => {
  expect(await isAbout('catches', 'cat logs/api.log', 'cat served/latest.log')).toBe(true);
  expect(await isAbout('catches', 'cat logs/*', 'cat served/leak.log')).toBe(false);
});
