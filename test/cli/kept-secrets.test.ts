import { expect, test } from 'vitest';
import { keptSecrets, variableOf } from '../../src/cli/kept-secrets.ts';
import { readSettings } from '../../src/config.ts';

test('a secret that is not set, is empty or too short is refused, and the message says which variable to set', async () => {
  const secrets = keptSecrets({ SALLYPORT_SECRET_EMPTY: '', SALLYPORT_SECRET_SHORT: 'abc' });
  await expect(secrets.reveal('github-token')).rejects.toThrow('set `SALLYPORT_SECRET_GITHUB_TOKEN`');
  await expect(secrets.reveal('empty')).rejects.toThrow('there is no secret');
  await expect(secrets.reveal('short')).rejects.toThrow(/shorter than 8/);
  await expect(secrets.reveal('short')).rejects.not.toThrow(/abc/);
  await expect(secrets.reveal('__proto__')).rejects.toThrow('there is no secret');
});

test('a secret is found under the variable of its name', async () => {
  const secrets = keptSecrets({ SALLYPORT_SECRET_GITHUB_TOKEN: 'ghp_0123456789' });
  expect(await secrets.reveal('github-token')).toBe('ghp_0123456789');
  expect(variableOf('team/db.password')).toBe('SALLYPORT_SECRET_TEAM_DB_PASSWORD');
});

test('of the environment only variables of secrets are kept as such', async () => {
  const { secrets } = await readSettings({
    HOME: '/nonexistent',
    SALLYPORT_SECRET_A: 'x',
    SALLYPORT_HOME: '/nonexistent',
    B: 'y',
  });
  expect(secrets).toEqual({ SALLYPORT_SECRET_A: 'x' });
});
