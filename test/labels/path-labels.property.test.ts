import { lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { LabelMark } from '../../src/kernel/ports.ts';
import { fewerMarks } from '../../src/labels/fewer-marks.ts';
import { addMark, marksAbout, newMarkTree } from '../../src/labels/mark-tree.ts';
import { createPathLabels } from '../../src/labels/path-labels.ts';
import { openStore, temporaryStore } from '../fixtures/temporary-store.ts';
import { linearLabels } from './linear-labels.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-labels-')));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of ['a/a/a', 'a/a/b', 'a/b', 'ab/a', 'b/a/c', 'a b', '-', 'ü/a']) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), path);
}
const there = [root, ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path))];
const gone = ['a/a/a/b', 'a/c', 'b/b/b', 'c'].map((path) => join(root, path));
const madeAt = lstatSync(join(root, 'ü/a')).ctimeMs;

const looked = fc.constantFrom(...there, ...gone, '/elsewhere');
const path = fc.oneof({ weight: 9, arbitrary: looked }, { weight: 1, arbitrary: fc.constantFrom('/', dirname(root)) });
const labels = fc.subarray(['x', 'y', 'z'], { minLength: 1 });
/** Times that hold when the files were made, and others; some touch each other, and become one. */
const changed = fc
  .record({ at: fc.constantFrom(-4, -3, -2, -1, 0, 1, 2), length: fc.constantFrom(0, 1, 3) })
  .map(({ at, length }) => {
    const hourMs = 3_600_000;
    const from = Math.floor(madeAt) - 60_000 + at * hourMs;
    return { from, until: from + length * hourMs + 120_000 };
  });
const mark: fc.Arbitrary<LabelMark> = fc.record({ path, labels, changed: fc.option(changed) });
const marks = fc.array(mark, { maxLength: 40 });

test('P4: fewer marks never take a label from a path, whatever was marked', () => {
  fc.assert(
    fc.property(marks, fc.integer({ min: 1, max: 12 }), (all, countMax) => {
      const [before, tree] = [newMarkTree(), newMarkTree()];
      for (const one of all) for (const each of [before, tree]) addMark(each, one);
      const { times, covers } = fewerMarks(tree, countMax);
      expect(tree.count).toBeLessThanOrEqual(countMax);
      const after = newMarkTree();
      const isCovered = (at: string) => covers.some(({ path }) => path === '/' || `${at}/`.startsWith(`${path}/`));
      for (const one of [...all.filter(({ path }) => !isCovered(path)), ...times, ...covers]) addMark(after, one);
      expect(after.count).toBe(tree.count);
      for (const at of [...there, ...gone, '/', '/elsewhere']) {
        const [had, has] = [marksAbout(before, at), marksAbout(after, at)];
        for (const label of had.labels) expect(has.labels, at).toContain(label);
        for (const time of had.passing) {
          const { from, until } = time.changed ?? { from: 0, until: 0 };
          const isKept = (label: string) =>
            has.labels.has(label) ||
            has.passing.some(
              ({ path, labels, changed }) =>
                path === time.path &&
                labels.includes(label) &&
                changed !== null &&
                changed.from <= from &&
                changed.until >= until,
            );
          expect(time.labels.every(isKept), at).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('labels are found as if every mark were looked at, whoever marked, and after paths were cleared', async () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('mark' as const),
        byOther: fc.boolean(),
        marks: fc.array(mark, { maxLength: 4 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('clear' as const), paths: fc.array(path, { maxLength: 2 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('look' as const),
        paths: fc.array(looked, { minLength: 1, maxLength: 3 }),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { store, path: file } = await temporaryStore();
      const other = createPathLabels(await openStore(file));
      const own = createPathLabels(store);
      for (const each of steps) {
        if (each.kind === 'mark') await (each.byOther ? other : own).mark(each.marks);
        else if (each.kind === 'clear') await store.dropLabelMarks(each.paths);
        else {
          const wanted = await linearLabels(each.paths, await store.labelMarks());
          expect(await (await own.look())(each.paths)).toEqual(wanted);
          expect(await (await other.look())(each.paths)).toEqual(wanted);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('with a bound, labels are those without it or more, and the marks stay few', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(mark, { minLength: 1, maxLength: 6 }), { maxLength: 8 }), async (rounds) => {
      const { store, path: file } = await temporaryStore();
      const { store: whole } = await temporaryStore();
      const bounded = createPathLabels(store, 8);
      const watching = createPathLabels(await openStore(file));
      for (const round of rounds) {
        await bounded.mark(round);
        await whole.addLabelMarks(round);
        expect((await store.labelMarks()).length).toBeLessThanOrEqual(8);
        for (const at of [...there, ...gone]) {
          const found = await (await bounded.look())([at]);
          expect(found).toEqual(expect.arrayContaining([...(await linearLabels([at], await whole.labelMarks()))]));
          expect(await (await watching.look())([at])).toEqual(found);
        }
      }
    }),
    { numRuns: 25 },
  );
});
