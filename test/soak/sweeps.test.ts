// One kernel that is killed with everything under way, and the next start: whichever of its sweeps is taken away, this fails.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createUnfinishedFiles } from '../../src/sandbox/files/unfinished-files.ts';
import { declineLeft } from './decline-left.ts';
import { leftovers, strays } from './leftovers.ts';
import type { PlannedCall } from './planned-calls.ts';
import { makeSoakPlace } from './soak-place.ts';
import { startSoakedKernel } from './soaked-kernel.ts';

const call = (id: string, tool: string, args: PlannedCall['args']): PlannedCall => ({
  id,
  kind: id,
  tool,
  args,
  reply: 'nothing',
  abortAfterMs: null,
  ends: [],
  trace: null,
});

test('P11: the start after a kill removes the container, the mounts, the preview and the unfinished file that were left', async () => {
  const place = makeSoakPlace(1);
  onTestFinished(place.remove);
  const kernel = startSoakedKernel(place);
  const ends = [
    kernel.run(call('previewed', 'write', { path: 'previewed/a.txt', content: 'a' })),
    kernel.run(call('running', 'exec', { command: 'sleep 60' })),
  ];
  const left = () => leftovers(place, kernel.pids);
  const kinds = [/the container .*running/, /the runtime directory/, /the mount/, /the preview/];
  for (const kind of kinds) await expect.poll(left, { timeout: 30_000 }).toContainEqual(expect.stringMatching(kind));
  const { instance } = kernel;
  kernel.kill();
  await Promise.all(ends);

  const { name } = await createUnfinishedFiles(join(place.home, 'unfinished'), instance).begin(place.workspace);
  writeFileSync(join(place.workspace, name), 'half');
  expect(strays(place, [])).toEqual([`the stray file ${name}`]);
  expect(await left()).toContainEqual(expect.stringMatching(/the note/));

  // The kernel that followed at once was there before the unfinished file.
  await kernel.close();
  expect(await left()).toContainEqual(expect.stringMatching(/the preview/));
  await declineLeft(place);
  const next = startSoakedKernel(place);
  await next.close();
  expect(await leftovers(place, [...kernel.pids, ...next.pids])).toEqual([]);
  expect(strays(place, [])).toEqual([]);
}, 90_000);

test('a soak sees each thing that a kernel may leave in its home and its workspace', async () => {
  const place = makeSoakPlace(1);
  onTestFinished(place.remove);
  for (const folder of ['previews/kept', 'previews/dropped', 'unfinished/notes', 'scripts'])
    mkdirSync(join(place.home, folder), { recursive: true });
  writeFileSync(join(place.home, 'previews/kept/commit-began'), '');
  writeFileSync(join(place.workspace, '.sallyport-0123456789abcdef01.tmp'), 'half');
  writeFileSync(join(place.temporary, 'forgotten'), '');
  expect(await leftovers(place, [])).toEqual([
    'the temporary file forgotten',
    'the preview dropped',
    'the note of unfinished files notes',
  ]);
  expect(strays(place, [])).toEqual(['the stray file .sallyport-0123456789abcdef01.tmp']);
  expect(readdirSync(place.workspace)).toContain('previewed');
});
