// Generated command lines are judged, then really run: nothing may happen that was not named before. bash runs each line in
// a container of the sandbox image, and strace says what happened.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './command-lines.ts';
import { compare, notTheSame } from './difference.ts';
import { gatherEvidence } from './evidence.ts';
import { linesOf } from './line-grammar.ts';
import { findUnnamed } from './unnamed.ts';
import { label, type WatchedContainer, watchedContainer } from './watched-container.ts';
import { makeWorkspace, programs } from './workspace.ts';

/** The same lines in every run; another seed looks at others. */
const seed = Number(process.env.SALLYPORT_TEST_SEED ?? 20_261_121);

const place = makeWorkspace();
let container: WatchedContainer;
beforeAll(() => {
  container = watchedContainer(place.workspace, programs);
});
afterAll(async () => {
  await container.close();
  rmSync(place.workspace, { recursive: true });
});

/** How often lines came out how. What is refused proves nothing, so the tests ask for enough of the others. */
const kinds = { unclear: 0, opaque: 0, understood: 0 };
let started = 0;

async function expectNothingUnnamed(line: string): Promise<void> {
  const compared = await compare(line, place, container);
  kinds[compared.kind] += 1;
  started += compared.startedCount;
  expect({ line, printed: compared.printed, differences: compared.differences }).toMatchObject({ differences: [] });
}

/** Runs as many lines; a failure names the seed, and the smallest line that still fails. */
const everyLine = (lines: fc.Arbitrary<string>, numRuns: number): Promise<void> =>
  fc.assert(fc.asyncProperty(lines, expectNothingUnnamed), { numRuns, seed, endOnFailure: false });

test('what was not named is found: each program, each file that is read, listed or written', async () => {
  const { events } = await container.run(
    'cat a.txt > out.txt; env probe x; ls logs; (cat outlink/secret.txt; rm b.txt)',
  );
  const found = findUnnamed(gatherEvidence(events, new Map()), [], place.workspace);
  expect(found.sort()).toEqual([
    'list /workspace/logs (by ls)',
    'ran ["cat","a.txt"] (started by bash)',
    'ran ["cat","outlink/secret.txt"] (started by bash)',
    'ran ["env","probe","x"] (started by bash)',
    'ran ["ls","logs"] (started by bash)',
    'ran ["probe","x"] (started by env)',
    'ran ["rm","b.txt"] (started by bash)',
    'read /srv/secret.txt (by cat)',
    'read /workspace/a.txt (by cat)',
    'write /workspace/b.txt (by rm)',
    'write /workspace/out.txt (by bash)',
  ]);
});

test('a printed form that does something else than its text is found', async () => {
  const [left, right] = [await container.run('probe a; touch x'), await container.run('probe b; exit 3')];
  expect(notTheSame(left, right)).toEqual([
    'only the text itself: ran ["probe","b"]',
    'only the printed form: ran ["probe","a"]',
    'only the printed form: ran ["touch","x"]',
    'only the printed form: wrote /workspace/x',
    'printed form ends with 0, the text with 3',
  ]);
});

test('one simple command that reads does nothing that was not named', () => everyLine(linesOf('reading'), 60));

test('one simple command that writes does nothing that was not named', () => everyLine(linesOf('writing'), 60));

test('a whole script does nothing that was not named', () => everyLine(commandLine, 50));

test('most of these lines were understood, and ran', () => {
  expect(kinds.understood).toBeGreaterThan(80);
  expect(started).toBeGreaterThan(120);
});

test('a container that was closed is gone', async () => {
  const other = watchedContainer(place.workspace, programs);
  const id = await other.run('true').then(() => listed().length);
  await other.close();
  expect(listed()).toHaveLength(id - 1);
});

const listed = (): string[] =>
  execFileSync('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
