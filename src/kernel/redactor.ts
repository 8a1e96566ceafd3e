// Keeps secrets out of everything that is written or said: by value, because a value has no key name when it leaks.

/** Hears of each part that was taken out of a text, as it stood there. */
export type Cut = (part: string) => void;

/** A text without secrets: a marker stands for each. */
export type Redact = (text: string, cut?: Cut) => string;

/** Shorter values would redact ordinary text; such secrets are too weak to be secrets. */
const lengthMin = 8;

/** The spellings under which a secret is looked for: as it is, percent-encoded, in hex and JSON, and in base64. */
export function spellingsOf(secret: string): readonly string[] {
  if (secret.length < lengthMin) return [];
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => base64Inside(bytes, before));
  return [...new Set([secret, encodeURIComponent(secret.toWellFormed()), json, hex, hex.toUpperCase(), ...base64])];
}

/** The characters that stand for these bytes alone, wherever in a longer base64 text they are. */
function base64Inside(bytes: Buffer, before: number): readonly string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const inside = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
}

/** A function that replaces each secret, in each of its spellings, by `marker`; those that overlap go together. */
export function createRedactor(secrets: readonly string[], marker = '[secret]'): Redact {
  const values = [...new Set(secrets.flatMap(spellingsOf))];
  if (values.length === 0) return (text) => text;
  return (text, cut = () => {}) => {
    const spans = values.flatMap((value) => spansOf(value, text));
    if (spans.length === 0) return text;
    let redacted = '';
    let end = 0;
    for (const span of joined(spans)) {
      cut(text.slice(span.start, span.end));
      redacted += text.slice(end, span.start) + marker;
      end = span.end;
    }
    return redacted + text.slice(end);
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a value stands in a text, in order. One that overlaps itself is one span. */
function spansOf(value: string, text: string): readonly Span[] {
  const spans: { start: number; end: number }[] = [];
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
    const last = spans.at(-1);
    if (last !== undefined && start < last.end) last.end = start + value.length;
    else spans.push({ start, end: start + value.length });
  }
  return spans;
}

/** The spans in order, those that overlap as one: what is left of either would tell of it. */
function joined(spans: readonly Span[]): readonly Span[] {
  const inOrder: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = inOrder.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else inOrder.push({ start, end });
  }
  return inOrder;
}
