// A transcript on disk: lines that are only ever added. What was acknowledged is durable; of a line that a crash tore, nothing
// was acknowledged, and it is cut off by whoever writes next. Nothing else is ever rewritten. One writer at a time: whoever
// writes holds the session.

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';
import {
  lineBytesMax,
  parseHeader,
  parseLine,
  printLine,
  type TranscriptHeader,
  type TranscriptLine,
} from './transcript-line.ts';

/** A transcript that is not what one is. The message says which line, and what to do. */
export class DamagedTranscriptError extends Error {}

const newline = 0x0a;
const stepBytes = 65_536;

/**
 * Makes a transcript with its first line, durably and whole or not at all.
 * @returns false if there is a file of that name.
 */
export async function createTranscript(path: string, header: TranscriptHeader): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(printLine(header));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Adds lines, all or none; they are durable when it resolves. A torn last line is cut off first.
 * @throws {RangeError} if a line is longer than lines may be.
 */
export async function appendLines(path: string, lines: readonly TranscriptLine[]): Promise<void> {
  const printed = lines.map(printLine);
  if (printed.some((one) => Buffer.byteLength(one) > lineBytesMax))
    throw new RangeError(`could not write down what was said: it has more than ${lineBytesMax} bytes`);
  const file = await open(path, 'r+');
  try {
    const size = await wholeSize(file);
    await file.truncate(size);
    try {
      await writeAll(file, Buffer.from(printed.join('')), size);
      await file.sync();
    } catch (error) {
      // None of it was acknowledged: the next writer must not find a part of it.
      await file.truncate(size).catch(() => 'what is torn is cut off by whoever writes next');
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, from: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, from + done);
    done += bytesWritten;
  }
}

/** Bytes up to the end of the last whole line. */
async function wholeSize(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const step = Buffer.alloc(stepBytes);
  for (let end = size; end > 0; ) {
    const start = Math.max(end - stepBytes, 0);
    const { bytesRead } = await file.read(step, 0, end - start, start);
    const at = step.subarray(0, bytesRead).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/**
 * The first line.
 * @throws {DamagedTranscriptError} if it is none.
 */
export async function readHeader(path: string): Promise<TranscriptHeader> {
  for await (const text of wholeLines(path)) return headerIn(text, path);
  throw damaged(path, 1);
}

/**
 * All lines after the first, one after the other; a torn last one is left out.
 * @throws {DamagedTranscriptError} if a line is none, or longer than lines may be.
 */
export async function* readTranscript(path: string): AsyncGenerator<TranscriptLine> {
  let number = 0;
  for await (const text of wholeLines(path)) {
    number += 1;
    if (number === 1) headerIn(text, path);
    else yield parseLine(text) ?? fail(damaged(path, number));
  }
  if (number === 0) throw damaged(path, 1);
}

const headerIn = (text: string, path: string): TranscriptHeader => parseHeader(text) ?? fail(damaged(path, 1));

function fail(error: Error): never {
  throw error;
}

const damaged = (path: string, line: number): DamagedTranscriptError =>
  new DamagedTranscriptError(
    `could not read line ${line} of \`${path}\`: it is not what Sallyport wrote; ${line === 1 ? 'move the file away' : 'reset the session, which leaves the file as it is'}`,
  );

async function* wholeLines(path: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const data of createReadStream(path, { highWaterMark: stepBytes })) {
    let chunk: Buffer = data;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline)) {
      yield Buffer.concat([...parts, chunk.subarray(0, at)]).toString('utf8');
      chunk = chunk.subarray(at + 1);
      parts = [];
      bytes = 0;
      number += 1;
    }
    bytes += chunk.length;
    if (bytes > lineBytesMax) throw damaged(path, number);
    parts.push(chunk);
  }
}
