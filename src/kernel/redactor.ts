// Keeps secrets out of everything that is written or said: by value, because a value has no key name when it leaks.

/** Shorter values would redact ordinary text; such secrets are too weak to be secrets. */
const lengthMin = 8;

/** A function that replaces each secret, also in its base64 and percent-encoded spellings, by `[secret]`. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const values = secrets
    .filter((secret) => secret.length >= lengthMin)
    .flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      encodeURIComponent(secret),
    ]);
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return (text) => text;
  return (text) => longestFirst.reduce((rest, value) => rest.replaceAll(value, '[secret]'), text);
}
