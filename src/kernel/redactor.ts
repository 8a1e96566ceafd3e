// Keeps secrets out of everything that is written or said: by value, because a value has no key name when it leaks.

/** Shorter values would redact ordinary text; such secrets are too weak to be secrets. */
const lengthMin = 8;

/** The spellings under which a secret is looked for: as it is, percent-encoded, in hex and JSON, and in base64. */
export function spellingsOf(secret: string): readonly string[] {
  if (secret.length < lengthMin) return [];
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => base64Inside(bytes, before));
  return [...new Set([secret, encodeURIComponent(secret), json, hex, hex.toUpperCase(), ...base64])];
}

/** The characters that stand for these bytes alone, wherever in a longer base64 text they are. */
function base64Inside(bytes: Buffer, before: number): readonly string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const inside = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
}

/** A function that replaces each secret, in each of its spellings, by `[secret]`. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const values = secrets.flatMap(spellingsOf);
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return (text) => text;
  return (text) => longestFirst.reduce((rest, value) => rest.replaceAll(value, '[secret]'), text);
}
