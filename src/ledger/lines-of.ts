// Splits the bytes of an export into lines without losing one: bytes that are not UTF-8 stop it, lines are bounded.

const lineBytesMax = 67_108_864;

/**
 * The lines of a byte stream, without their line ends; a last line end is not followed by another line.
 * @throws {TypeError} if the bytes are not UTF-8, or a line is longer than 64 MiB.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let line = 1;
  const take = (): string => {
    const whole = Buffer.concat(parts);
    parts = [];
    bytes = 0;
    try {
      return decoder.decode(whole);
    } catch (cause) {
      throw new TypeError(`could not read line ${line}: it is not UTF-8 text, so it was damaged`, { cause });
    }
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield take();
      line += 1;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > lineBytesMax)
      throw new TypeError(`could not read line ${line}: it is longer than ${lineBytesMax} bytes`);
  }
  if (bytes > 0) yield take();
}
