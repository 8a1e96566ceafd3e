import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Walked, walk } from '../../../src/sandbox/container/walk.ts';
import { createWalkMemory } from '../../../src/sandbox/container/walk-memory.ts';

const made: string[] = [];
let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-memory-')));
  made.push(root);
});
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

/** Later than every change so far by more than time stamps are apart. */
const later = { now: () => Date.now() + 10_000 };

const walker = (clock: { now(): number }) => {
  const memory = createWalkMemory(clock);
  let looks = 0;
  const search = (name = '.env'): Promise<Walked> =>
    walk({
      start: root,
      budget: { left: 1_000 },
      look: (entry) => {
        looks += 1;
        return entry.name === name ? 'keep' : 'enter';
      },
      lookName: name,
      memory,
    });
  return { search, looks: () => looks };
};
/** Waits for the next step of the file system's time, so that what comes now has another one than what was. */
const nextStep = (): void => {
  const probe = join(root, '..', `probe-${process.pid}`);
  const stampNow = () => {
    writeFileSync(probe, '');
    chmodSync(probe, 0o600);
    return lstatSync(probe, { bigint: true }).ctimeNs;
  };
  const before = stampNow();
  while (stampNow() - before < 10_000_000n);
  rmSync(probe);
};
const put = (path: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), path);
};

test('what changed a moment ago is looked at again each time', async () => {
  put('sub/a');
  const { search, looks } = walker({ now: () => Date.now() });
  await search();
  const once = looks();
  await search();
  expect(looks()).toBe(2 * once);
});

test('what did not change is not looked at again', async () => {
  put('sub/.env');
  const { search, looks } = walker(later);
  const first = await search();
  const once = looks();
  expect(await search()).toEqual(first);
  expect(looks()).toBe(once);
  expect(first.kept).toEqual([join(root, 'sub/.env')]);
});

test('another search does not get the answers of this one', async () => {
  put('sub/.env');
  put('key.pem');
  const { search } = walker(later);
  await search();
  expect((await search('key.pem')).kept).toEqual([join(root, 'key.pem')]);
});

test('a change is seen however the times of files are set afterwards', async () => {
  put('sub/deep/a');
  const { search } = walker(later);
  const long = new Date(1_000_000);
  await search();
  nextStep();
  put('sub/deep/.env');
  for (const path of ['sub/deep/.env', 'sub/deep', 'sub', '']) utimesSync(join(root, path), long, long);
  expect((await search()).kept).toEqual([join(root, 'sub/deep/.env')]);
});

test('a directory that takes the place of another is looked into', async () => {
  put('sub/a');
  put('other/.env');
  const { search } = walker(later);
  await search();
  nextStep();
  renameSync(join(root, 'sub'), join(root, 'gone'));
  renameSync(join(root, 'other'), join(root, 'sub'));
  expect((await search()).kept).toEqual([join(root, 'sub/.env')]);
});

const sorted = ({ kept, barred, nameless }: Walked): Walked => ({
  kept: [...kept].sort(),
  barred: [...barred].sort(),
  nameless: [...nameless].sort(),
});

type Change = readonly ['put' | 'remove' | 'link' | 'symlink' | 'move' | 'close', string, string];

test('a walk with a memory finds what one without finds, whatever happens in between', async () => {
  const place = fc.constantFrom('a', 'b', 'a/b', 'a/c', 'b/a', 'a/.env', '.env', 'b/.env', 'a/b/.env', 'a/b/c');
  const kind = fc.constantFrom('put', 'remove', 'link', 'symlink', 'move', 'close');
  const change = fc.tuple(kind, place, place) as fc.Arbitrary<Change>;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), async (rounds) => {
      rmSync(root, { recursive: true });
      mkdirSync(root);
      const remembering = walker(later);
      for (const changes of rounds) {
        nextStep();
        for (const one of changes) attempt(one);
        expect(sorted(await remembering.search())).toEqual(sorted(await walker(later).search()));
      }
    }),
    { numRuns: 60 },
  );
});

function attempt([kind, path, other]: Change): void {
  const [at, from] = [join(root, path), join(root, other)];
  try {
    if (kind === 'put') put(path);
    else if (kind === 'remove') rmSync(at, { recursive: true });
    else if (kind === 'link') linkSync(from, at);
    else if (kind === 'symlink') symlinkSync(from, at);
    else if (kind === 'move') renameSync(from, at);
    else chmodSync(at, 0o700);
  } catch {
    // Not every change is possible at every moment.
  }
}
