// Text with an end: what reaches the model and the ledger has a size, and says so when something was left out.

/** The text within `bytesMax` UTF-8 bytes, cut at a character and followed by a note where something is missing. */
export function boundedText(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}\n[${bytes.length - end} bytes more were left out]`;
}
