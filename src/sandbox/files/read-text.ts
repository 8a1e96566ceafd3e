// Reads a part of a checked file as UTF-8 text. Parts that follow each other join without a torn character.

import { FileRefused } from './file-access.ts';
import type { CheckedFile } from './open-checked.ts';

/** A part of a file. Offsets are bytes. */
export interface TextPart {
  readonly text: string;
  readonly bytes: number;
  readonly nextOffset: number;
  readonly sizeBytes: number;
  readonly isEnd: boolean;
  /** True if the part holds a NUL: then it is hardly text. */
  readonly isBinary: boolean;
}

/** Longest part of one read. */
export const partBytesMax = 1_048_576;

/**
 * At most `length` bytes from `offset` on, less where a character would be torn.
 * @throws {FileRefused} if it is a directory.
 */
export async function readText(file: CheckedFile, offset: number, length: number, path: string): Promise<TextPart> {
  if (file.kind !== 'file') throw new FileRefused(`\`${path}\` is a directory`);
  const buffer = Buffer.allocUnsafe(Math.min(length, partBytesMax, Math.max(file.sizeBytes - offset, 4_096)));
  const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, offset);
  const isEnd = bytesRead < buffer.length || offset + bytesRead >= file.sizeBytes;
  return partOf(buffer.subarray(0, bytesRead), offset, file.sizeBytes, isEnd);
}

/** What lies at an offset of a whole file in memory, as `readText` has it. */
export function partOfBytes(whole: Buffer, offset: number, length: number): TextPart {
  const end = Math.min(offset + Math.min(length, partBytesMax), whole.length);
  return partOf(whole.subarray(offset, end), offset, whole.length, end >= whole.length);
}

function partOf(read: Buffer, offset: number, sizeBytes: number, isEnd: boolean): TextPart {
  const part = read.subarray(0, isEnd ? read.length : wholeCharacters(read, read.length));
  return {
    text: part.toString('utf8'),
    bytes: part.length,
    nextOffset: offset + part.length,
    sizeBytes,
    isEnd,
    isBinary: part.includes(0),
  };
}

/** How many of the first `end` bytes do not tear a character at the end; all of them if it is not UTF-8 anyway. */
function wholeCharacters(buffer: Buffer, end: number): number {
  for (let back = 1; back <= 3 && back < end; back += 1) {
    const byte = buffer[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? end - back : end;
  }
  return end;
}
