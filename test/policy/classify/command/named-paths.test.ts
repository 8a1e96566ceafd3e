// Which files a described program reads and writes, where that hangs on its options: a path that is not named is one that no
// deny rule sees.

import { expect, test } from 'vitest';
import { place, read } from './workspace.ts';

async function pathsOf(command: string): Promise<readonly string[]> {
  const reading = await read(command);
  if (reading.kind === 'unclear') throw new Error(`${command}: ${reading.because}`);
  return reading.effects.flatMap((effect) =>
    effect.kind === 'read' || effect.kind === 'write' ? [`${effect.kind} ${effect.path}`] : [],
  );
}

test.each([
  ['mkdir -p logs/x', 'write logs/x'],
  ['rmdir -p sub', 'write sub'],
  ['grep -e o -- .env a.txt', 'read .env'],
  ['grep -f b.txt .env', 'read .env'],
  ['grep --regexp=o .env', 'read .env'],
  ['rg -e o /etc/passwd', 'read /etc/passwd'],
  ['rg --files .env', 'read .env'],
  ['jq -f b.txt .env', 'read .env'],
  ['split -d .env', 'read .env'],
  ['split a.txt', 'write .'],
  ['split -l 1 a.txt sub/part', 'write sub'],
  ['csplit a.txt 2', 'write .'],
  ['csplit -f sub/p a.txt 2', 'write sub'],
  ['tar cf logs/new.log a.txt', 'write logs/new.log'],
  ['tar -cvf logs/new.log a.txt', 'write logs/new.log'],
  ['tar --create --file=logs/new.log a.txt', 'write logs/new.log'],
  ['tar xfC a.txt sub', 'write sub'],
  ['tar -xzf a.txt', 'write .'],
  ['xz a.txt', 'write a.txt.xz'],
  ['gunzip sub/a.gz', 'write sub/a'],
  ['gzip -r logs', 'write logs'],
  ['gzip -r logs/api.log', 'write logs/api.log.gz'],
  ['tar xf new.tar', 'read new.tar'],
  ['tar tzf new.tgz', 'read new.tgz'],
  ['mkfifo a sub/new', 'write sub/new'],
  ['sed -i.bak s/a/b/ a.txt', 'write a.txt.bak'],
  ['sed --in-place=.bak s/a/b/ a.txt', 'write a.txt.bak'],
  ['rm inlink', 'write inlink'],
  ['unlink sub/../inlink', 'write inlink'],
  ['mv inlink sub/', 'write inlink'],
  ['ln -sfn sub inlink', 'write inlink'],
  ['git grep --no-index one', 'read .'],
  ['git init -q g', 'write g'],
  ['git clone https://a.test/x.git sub/y', 'write sub/y'],
  ['chmod --reference=a.txt logs', 'write logs'],
  ['mktemp sub/XXXX', 'write sub'],
  ['mktemp -p sub', 'write sub'],
  ['mktemp', 'write /tmp'],
  ['install -d n1/n2', 'write n1/n2'],
])('%j names %j', async (command, path) => {
  expect(await pathsOf(command)).toContain(path);
});

test.each([
  ['gzip -dc a.txt', 'write a.txt'],
  ['xz -l a.txt', 'write a.txt'],
  ['tar tf a.txt', 'write a.txt'],
  ['grep -n o a.txt', 'read o'],
  ['split -l 1 a.txt sub/part', 'write .'],
])('%j does not name %j', async (command, path) => {
  expect(await pathsOf(command)).not.toContain(path);
});

test('the shell inside `find -exec` runs what was printed from its text', async () => {
  const reading = await read(`find . -name '*.log' -exec sh -c "echo x" \\;`);
  expect(reading).toMatchObject({
    kind: 'understood',
    args: { command: `'find' '.' '-name' '*.log' '-exec' 'sh' '-c' ''\\''echo'\\'' '\\''x'\\''' ';'` },
  });
});

test('`xargs` without a command runs `echo`', async () => {
  const reading = await read('xargs -a b.txt');
  expect(reading.kind === 'understood' ? reading.effects : []).toContainEqual(
    expect.objectContaining({ kind: 'run', argv: ['echo'] }),
  );
});

test('the workspace of these tests has the link they speak of', async () => {
  expect(await place.list(place.workspace)).toContain('inlink');
});

test.each([0, 31, 32, 33, 200])(
  'a name after %i others that do not exist is found as well as the first',
  async (count) => {
    const others = Array.from({ length: count }, (_, index) => `other${index}`).join(' ');
    expect(await pathsOf(`probe ${others} .env outlink/passwd`)).toEqual(['read .env', 'read /etc/passwd']);
  },
);

test('a name that the file system says nothing certain about may exist', () => {
  expect(place.mayExist(`${place.workspace}/a.txt`)).toBe(true);
  expect(place.mayExist(`${place.workspace}/outlink`)).toBe(true);
  expect(place.mayExist(`${place.workspace}/${'n'.repeat(5_000)}`)).toBe(true);
  expect(place.mayExist(`${place.workspace}/nothing`)).toBe(false);
  expect(place.mayExist(`${place.workspace}/a.txt/nothing`)).toBe(false);
});
