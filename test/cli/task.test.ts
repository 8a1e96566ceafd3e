import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callTaskOf, readTask, runTaskOf } from '../../src/cli/task.ts';

const named = { policy: ['policy.yaml', '/etc/agent.yaml'], shadow: ['trial.yaml'] };
const here = (name: string) => join(process.cwd(), name);
const whole = { policy: [here('policy.yaml'), '/etc/agent.yaml'], shadow: [here('trial.yaml')] };

test('whoever goes on from another directory goes by the same files', () => {
  expect(callTaskOf(named)).toMatchObject(whole);
  const run = { skill: '', session: '', ...named };
  expect(runTaskOf({ ...run, model: 'playbook:p.yaml' })).toMatchObject({
    ...whole,
    model: `playbook:${here('p.yaml')}`,
  });
  expect(runTaskOf({ ...run, model: 'openai:gpt' }).model).toBe('openai:gpt');
});

test('a task is read as it was written, and nothing else is one', () => {
  const task = callTaskOf(named);
  expect(readTask(JSON.parse(JSON.stringify(task)))).toEqual(task);
  expect(readTask({ kind: 'call' })).toBe(null);
});
