import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { changesIn } from '../../../src/sandbox/preview/compare-copy.ts';
import { copyPlace } from '../../../src/sandbox/preview/copy-place.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-copy-')));
afterAll(() => rmSync(root, { recursive: true }));
const at = (path: string) => join(root, path);
const budget = () => ({ entriesLeft: 1_000, bytesLeft: 1_000_000 });
const nothing = new Map<string, 'file' | 'directory'>();

test('nothing is copied through a link on the way', async () => {
  mkdirSync(at('real/d'), { recursive: true });
  writeFileSync(at('real/d/secret'), 'secret');
  symlinkSync('real', at('link'));
  const copying = copyPlace({ original: at('link/d'), copy: at('copy-link'), closed: nothing, budget: budget() });
  await expect(copying).rejects.toThrow('changed while it was copied');
  expect(existsSync(at('copy-link/secret'))).toBe(false);
});

test('a link is copied as a link, and what is closed as something empty that is not compared', async () => {
  mkdirSync(at('from/closed'), { recursive: true });
  writeFileSync(at('from/.env'), 'TOKEN');
  writeFileSync(at('from/closed/x'), 'x');
  writeFileSync(at('from/a'), 'a');
  symlinkSync('/etc/passwd', at('from/link'));
  const closed = new Map([
    [at('from/.env'), 'file'],
    [at('from/closed'), 'directory'],
    [at('from/absent'), 'file'],
  ] as const);
  const original = at('from');
  const copy = at('copy');
  const baseline = await copyPlace({ original, copy, closed, budget: budget() });
  expect(readdirSync(copy).sort()).toEqual(['.env', 'a', 'absent', 'closed', 'link']);
  expect(readFileSync(join(copy, '.env'), 'utf8')).toBe('');
  expect(readdirSync(join(copy, 'closed'))).toEqual([]);
  mkdirSync(at('bytes'));
  const compare = () =>
    changesIn([{ original, copy, baseline }], { workspace: root, bytes: at('bytes'), keptBytes: 1_000 });
  expect(await compare()).toEqual([]);
  writeFileSync(join(copy, '.env'), 'other');
  writeFileSync(join(copy, 'a'), 'b');
  chmodSync(join(copy, 'a'), 0o6751);
  const found = await compare();
  expect(found.map(({ path }) => path)).toEqual(['from/a']);
  expect(found[0]?.after).toMatchObject({ kind: 'file', mode: 0o751 });
});

test('what became of an original since it was copied is never taken for what was there before', async () => {
  const original = at('origin');
  const copy = at('copy-of-origin');
  mkdirSync(original);
  for (const name of ['written', 'removed']) writeFileSync(join(original, name), 'old');
  const baseline = await copyPlace({ original, copy, closed: nothing, budget: budget() });
  mkdirSync(at('more-bytes'));
  const comparison = { workspace: root, bytes: at('more-bytes'), keptBytes: 1_000 };
  const compare = () => changesIn([{ original, copy, baseline }], comparison);
  writeFileSync(join(copy, 'new'), 'new');
  writeFileSync(join(original, 'new'), 'mine');
  await expect(compare()).rejects.toThrow('origin/new` was changed by somebody else');
  rmSync(join(original, 'new'));
  writeFileSync(join(copy, 'written'), 'new');
  writeFileSync(join(original, 'written'), 'mine');
  await expect(compare()).rejects.toThrow('origin/written` was changed by somebody else');
  rmSync(join(copy, 'written'));
  await expect(compare()).rejects.toThrow('origin/written` was changed by somebody else');
});
