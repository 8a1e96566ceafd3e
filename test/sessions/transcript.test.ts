import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noGrants } from '../../src/kernel/limits.ts';
import type { CallResult } from '../../src/kernel/types.ts';
import {
  appendLines,
  createTranscript,
  DamagedTranscriptError,
  readHeader,
  readTranscript,
} from '../../src/sessions/transcript.ts';
import { lineBytesMax, printLine, type TranscriptLine } from '../../src/sessions/transcript-line.ts';

let directory: string;
let path: string;
const header = { type: 'session', version: 1, key: 'agent:main:main', number: 1, startedAt: 7 } as const;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-transcript-'));
  path = join(directory, 'a.jsonl');
  await createTranscript(path, header);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const said = (text: string): TranscriptLine => ({
  type: 'message',
  run: 'run-1',
  at: 1,
  labels: ['untrusted'],
  message: { role: 'user', text },
});
const all = async (): Promise<readonly TranscriptLine[]> => Array.fromAsync(readTranscript(path));

test('a line that is none stops the reading, and the error names it', async () => {
  await appendLines(path, [said('one')]);
  for (const wrong of ['garbage', '{}', '{"type":"message"}', '\0\0\0\0']) {
    const before = readFileSync(path);
    appendFileSync(path, `${wrong}\n`);
    await expect(all()).rejects.toThrow(/line 3 of /);
    await expect(all()).rejects.toThrow(DamagedTranscriptError);
    writeFileSync(path, before);
  }
  writeFileSync(path, '');
  await expect(all()).rejects.toThrow(/line 1 of /);
  await expect(readHeader(path)).rejects.toThrow(DamagedTranscriptError);
});

test('what is too long is neither written nor read', async () => {
  const long = 'x'.repeat(lineBytesMax);
  await expect(appendLines(path, [said('short'), said(long)])).rejects.toThrow(RangeError);
  expect(await all()).toEqual([]);
  appendFileSync(path, long + long);
  await expect(all()).rejects.toThrow(/line 2 of /);
});

test('a transcript is made once, and whole: nothing is left of who came second', async () => {
  const before = readFileSync(path, 'utf8');
  expect(await createTranscript(path, { ...header, startedAt: 8 })).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(readdirSync(directory)).toEqual(['a.jsonl']);
  expect(await readHeader(path)).toEqual(header);
});

test('P11: a torn last line is left out by readers and cut off by the next writer, wherever it tore', async () => {
  await appendLines(path, [said('first'), said('sécond 🙂\n')]);
  const whole = readFileSync(path).length;
  const torn = Buffer.from(printLine(said('third 🙂')));
  for (let bytes = 0; bytes < torn.length; bytes += 1) {
    truncateSync(path, whole);
    appendFileSync(path, torn.subarray(0, bytes));
    expect(await all()).toEqual([said('first'), said('sécond 🙂\n')]);
    expect(readFileSync(path)).toHaveLength(whole + bytes);
  }
  await appendLines(path, [said('fourth')]);
  expect(await all()).toEqual([said('first'), said('sécond 🙂\n'), said('fourth')]);
});

test('a torn line of any length is cut off, and nothing before it changes', async () => {
  await appendLines(path, [said('first')]);
  const before = readFileSync(path);
  for (const bytes of [65_535, 65_536, 65_537, 200_000]) {
    writeFileSync(path, Buffer.concat([before, Buffer.alloc(bytes, 'x')]));
    await appendLines(path, []);
    expect(readFileSync(path)).toEqual(before);
  }
});

test('whatever is said comes back as it was, in order, and the file only grows', async () => {
  const result: CallResult = {
    outcome: 'ok',
    output: 'o',
    because: '',
    effects: [],
    grants: noGrants,
    digest: 'sha256:1',
    verdict: 'allow',
    rules: [],
    labels: ['private'],
    edit: null,
    ms: { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 },
  };
  const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((one) => one.isWellFormed());
  const message = fc.oneof(
    fc.record({ role: fc.constant('user' as const), text }),
    fc.record({
      role: fc.constant('assistant' as const),
      text,
      calls: fc.array(fc.record({ id: text, tool: text, args: fc.dictionary(text, text) }), { maxLength: 2 }),
    }),
    fc.record({
      role: fc.constant('tool' as const),
      callId: text,
      tool: text,
      result: text.map((output) => ({ ...result, output })),
    }),
  );
  const line: fc.Arbitrary<TranscriptLine> = fc.record({
    type: fc.constant('message' as const),
    run: text,
    at: fc.nat(),
    labels: fc.array(text),
    message,
  });
  const written: TranscriptLine[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
      const before = readFileSync(path);
      await appendLines(path, lines);
      written.push(...lines);
      expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
      expect(await all()).toEqual(written);
    }),
    { numRuns: 40 },
  );
});
