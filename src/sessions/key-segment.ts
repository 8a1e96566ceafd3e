// One part of a session key. What other systems call things may hold any character; a part holds few, and every id has
// exactly one spelling, which stands for that id alone.

/** Bytes of UTF-8 that an id may have; the ids of every messenger are far shorter. */
const idBytesMax = 256;

/** What stands for itself. Everything else is percent-encoded, byte by byte. */
const plainByte = /[A-Za-z0-9._@+-]/;
const segmentPattern = /^(?:[A-Za-z0-9._@+-]|%[0-9A-F]{2})+$/;

/** Why an id cannot be part of a session key, or ''. */
export function idProblem(id: string): string {
  if (id === '') return 'it is empty';
  if (!id.isWellFormed()) return 'it is not valid Unicode';
  if (Buffer.byteLength(id) > idBytesMax) return `it has more than ${idBytesMax} bytes`;
  return '';
}

/**
 * The spelling of an id.
 * @throws {RangeError} if it has none; see `idProblem`.
 */
export function printSegment(id: string): string {
  const problem = idProblem(id);
  if (problem !== '') throw new RangeError(`could not put \`${id.slice(0, 64)}\` into a session key: ${problem}`);
  // A part of dots alone would mean a folder to whoever makes a path of it.
  const plain = /^\.+$/.test(id) ? /(?!)/ : plainByte;
  return [...Buffer.from(id, 'utf8')].map((byte) => spelled(byte, plain)).join('');
}

const spelled = (byte: number, plain: RegExp): string => {
  const character = String.fromCharCode(byte);
  return plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
};

/** The id of a spelling; null if it is not the one spelling of an id. */
export function parseSegment(segment: string): string | null {
  if (!segmentPattern.test(segment)) return null;
  try {
    const id = decodeURIComponent(segment);
    return idProblem(id) === '' && printSegment(id) === segment ? id : null;
  } catch {
    // Bytes that are no UTF-8 are no id.
    return null;
  }
}
