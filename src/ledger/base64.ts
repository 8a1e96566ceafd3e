// Base64 as RFC 4648 spells it, and no other way: a text that decodes to the same bytes but is spelled otherwise is refused,
// so that no bit of what is signed or proven can be changed without being noticed.

/** The bytes, or null if the text is not the one spelling of some bytes. */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Whether the text spells a SHA-256. */
export const isHash = (text: string): boolean => bytesOfBase64(text)?.length === 32;
