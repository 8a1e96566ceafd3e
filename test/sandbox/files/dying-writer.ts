// Replaces a file, and kills itself at one instant of it: `<notes> <directory> <name> noted|half|whole`.

import { openCanonical } from '../../../src/sandbox/files/open-checked.ts';
import { putFile } from '../../../src/sandbox/files/put-file.ts';
import { createUnfinishedFiles } from '../../../src/sandbox/files/unfinished-files.ts';
import { createInstance } from '../../../src/store/instance.ts';

const [notes = '', directory = '', name = '', instant = ''] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');
const unfinished = createUnfinishedFiles(notes, createInstance());
const dying = { ...unfinished, begin: (at: string) => unfinished.begin(at).finally(die) };
const file = {
  mode: 0o644,
  owner: undefined,
  fill: async (handle: { writeFile(text: string): Promise<void> }) => {
    await handle.writeFile('half of ');
    if (instant === 'half') die();
    await handle.writeFile('it');
  },
};
const place = {
  directory: await openCanonical(directory, directory, (real) => real === directory, 'write'),
  name,
  path: name,
  unfinished: instant === 'noted' ? dying : unfinished,
};
await putFile(place, file, die);
