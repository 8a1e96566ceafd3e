import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openStore, temporaryFolder } from '../../fixtures/temporary-store.ts';

const program = join(import.meta.dirname, 'crash-process.ts');
// More of them by hand: SALLYPORT_KILLS=200.
const kills = Number(process.env.SALLYPORT_KILLS ?? 3);
const promisesPerLife = 40;

/** Lets a process work until it has promised something, a random bit longer, and kills it; what it promised. */
async function killOne(path: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, path, 'work'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const wanted = Math.floor(Math.random() * promisesPerLife) + 1;
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').length > wanted) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return said.split('\n').slice(0, -1);
}

test('P11: kill -9 loses no message that was accepted, and none is answered twice', async () => {
  const path = join(temporaryFolder(), 'sallyport.db');
  const promised: string[] = [];
  for (let life = 0; life < kills; life += 1) promised.push(...(await killOne(path)));
  const { stdout } = await promisify(execFile)(process.execPath, [program, path, 'finish']);
  expect(stdout).toBe('finished\n');
  const store = await openStore(path);
  expect(await store.openMessages(1)).toEqual([]);
  expect(promised.length).toBeGreaterThanOrEqual(kills);
  const query = { order: 'oldest-first', from: null, limit: 100_000, run: null, call: null, digest: null } as const;
  const heard = [
    ...(await store.records({ ...query, type: 'run-started' })),
    ...(await store.records({ ...query, type: 'message-steered' })),
  ].map((record) => record.text);
  for (const line of promised) {
    const [id = '', key = ''] = line.split(' ');
    const stored = await store.message(id);
    expect(stored?.state, `the state of ${id}`).toBe('done');
    // What stayed as a line of a summary was not heard by itself.
    const times = heard.filter((text) => text.includes(`text ${key}`)).length;
    expect(times, `how often ${id} was heard`).toBeLessThanOrEqual(1);
    if (stored?.run !== '') expect(times, `how often ${id} was heard`).toBe(1);
  }
}, 600_000);
