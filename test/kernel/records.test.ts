import { expect, test } from 'vitest';
import { findPrivateAt } from '../../src/kernel/private-parts.ts';
import { recorder } from '../../src/kernel/records.ts';
import { startStopwatch } from '../../src/kernel/stopwatch.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { caller, plainRecording, testPorts } from '../fixtures/ports.ts';

const call = { id: 'c1', tool: 'login', args: { token: 'the token of the model' } };

function recording() {
  const { ports, told } = testPorts('allow', {
    recording: { ...plainRecording, findPrivate: findPrivateAt(['login.token']) },
  });
  const written = () => JSON.stringify(told.entries);
  return { ...recorder(call, caller, ports, startStopwatch(systemClock)), written };
}

test('private arguments of a call that nobody understood are in no reason for it', async () => {
  const { record, written } = recording();
  await record('call-refused', { args: {}, because: 'cannot use `the token of the model`' });
  expect(written()).toContain('cannot use `[private]`');
  expect(written()).not.toContain('of the model');
});

test('private arguments that a person gave it instead are in none of the records that follow', async () => {
  const { record, written } = recording();
  const args = { token: 'the token of a person' };
  await record('call-intended', { tool: 'login', args, edit: { by: 'ann', args } });
  await record('call-finished', { output: 'logged in with the token of a person, not the token of the model' });
  expect(written()).toContain('logged in with [private], not [private]');
  expect(written()).not.toMatch(/of a person|of the model/);
});
