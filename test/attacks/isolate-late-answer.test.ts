import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestSandbox, said } from '../sandbox/isolate-harness.ts';

const sandbox = createTestSandbox({ processesMax: 1 });
afterAll(() => sandbox[Symbol.asyncDispose]());

test('an answer that comes after its program ended does not reach the next program', async () => {
  writeFileSync(join(sandbox.workspace, 'secret.txt'), 'secret '.repeat(100_000));
  for (let round = 0; round < 20; round += 1) {
    await sandbox.run('for (let i = 0; i < 20; i += 1) host.readText("secret.txt"); return 1', {
      read: ['secret.txt'],
    });
    const curious =
      'const all = []; for (let i = 0; i < 20; i += 1) all.push(host.readText("secret.txt").catch((e) => e.message)); return JSON.stringify(await Promise.all(all))';
    expect(said(await sandbox.run(curious))).not.toContain('secret secret');
  }
});
