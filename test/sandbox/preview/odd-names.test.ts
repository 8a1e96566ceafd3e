// Names that are no text: nobody could approve a change of a file whose name cannot be shown, so there is no preview of it.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { previewBench } from '../../fixtures/preview-bench.ts';

const bench = previewBench('odd-names');
afterAll(() => bench.close());

const never = () => {
  throw new Error('nobody is to be asked');
};
const noText = Buffer.from('bad-\xff', 'latin1');
const place = (name: string): string => {
  const directory = join(bench.workspace, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.txt'), 'old');
  return directory;
};
const run = (name: string, command: string) =>
  bench.call({ command: `cd ${name}; ${command}`, grants: { read: ['.'], write: [`${name}/**`] }, answer: never });

test.each([
  ['a file', "printf x > $'bad-\\xff'"],
  ['a directory with files', "mkdir $'bad-\\xff'; echo x > $'bad-\\xff/in'"],
  ['a link', "ln -s a.txt $'bad-\\xff'"],
  ['a file that was there under another name', "mv a.txt $'bad-\\xff'"],
])('%s with such a name that the command made fails the preview, and says where', async (what, command) => {
  const name = what.replaceAll(' ', '-');
  const directory = place(name);
  const { result, asked } = await run(name, command);
  expect(result).toMatchObject({ outcome: 'failed', because: expect.stringContaining('whose name is no text') });
  expect(result.because).toContain(name);
  expect(asked).toEqual([]);
  expect(readdirSync(directory)).toEqual(['a.txt']);
  expect(bench.kept()).toEqual([]);
});

test('such a name that was there before fails the preview, and nothing was run', async () => {
  const directory = place('before');
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), noText]), 'mine');
  const { result } = await run('before', 'echo new > a.txt');
  expect(result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/name that is no text/) });
  expect(bench.kept()).toEqual([]);
});
