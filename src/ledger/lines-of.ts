// Splits the bytes of an export into lines without losing one; lines are bounded.

const lineBytesMax = 67_108_864;

/**
 * The lines of a byte stream, without their line ends; a last line end is not followed by another line.
 * @throws {TypeError} if a line is longer than 64 MiB.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let line = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      bytes = 0;
      line += 1;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > lineBytesMax)
      throw new TypeError(`could not read line ${line}: it is longer than ${lineBytesMax} bytes`);
  }
  if (bytes > 0) yield Buffer.concat(parts);
}

/** The same lines by the page, each page as it lies there: whole lines, line ends between them. */
export async function* pagesOf(chunks: AsyncIterable<Uint8Array>, pageBytes: number): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(10);
    if (end === -1 || bytes + end < pageBytes) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes > lineBytesMax) throw new TypeError(`could not read lines: one is longer than ${lineBytesMax} bytes`);
      continue;
    }
    yield Buffer.concat([...parts, chunk.subarray(0, end)]);
    parts = [chunk.subarray(end + 1)];
    bytes = chunk.length - end - 1;
  }
  const rest = Buffer.concat(parts);
  if (rest.length > 0) yield rest.at(-1) === 10 ? rest.subarray(0, -1) : rest;
}
