// Keeps secrets out of everything that is written or said: by value, because a value has no key name when it leaks.

/** Hears of each part that was taken out of a text, as it stood there. */
export type Cut = (part: string) => void;

/** A text without secrets: a marker stands for each. */
export type Redact = (text: string, cut?: Cut) => string;

/** Shorter values would redact ordinary text; such secrets are too weak to be secrets. */
const lengthMin = 8;

/** What programs that write base64 or hex put between its letters: `base64`, `openssl`, `xxd`. */
const gaps = /[\s:]+/g;
const gap = /[\s:]/;

/** The spellings under which a secret is looked for: as it is, percent-encoded, in hex and JSON, and in base64. */
export function spellingsOf(secret: string): readonly string[] {
  if (secret.length < lengthMin) return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret.toWellFormed());
  const lower = percent.replace(/%../g, (byte) => byte.toLowerCase());
  const form = percent.replaceAll('%20', '+');
  return [...new Set([secret, percent, lower, form, json, ...encodingsOf(secret)])];
}

/** Those that stand for its bytes with letters of their own, and may be cut into lines. */
function encodingsOf(secret: string): readonly string[] {
  if (secret.length < lengthMin) return [];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), ...[0, 1, 2].flatMap((before) => base64Inside(bytes, before))];
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
  const encodings = [...new Set(secrets.flatMap(encodingsOf))];
  return (text, cut = () => {}) => {
    const whole = values.flatMap((value) => spansOf(value, text));
    const cutUp = gap.test(text) ? cutUpIn(text, encodings) : [];
    const spans = [...whole, ...cutUp];
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

/** Where one of the encodings stands in a text with gaps between its letters. */
function cutUpIn(text: string, encodings: readonly string[]): readonly Span[] {
  const letters = text.replace(gaps, '');
  const found = encodings.flatMap((encoding) => spansOf(encoding, letters));
  if (found.length === 0) return [];
  const places: number[] = [];
  for (let at = 0; at < text.length; at += 1) if (!gap.test(text.charAt(at))) places.push(at);
  return found.map(({ start, end }) => ({ start: places[start] ?? 0, end: (places[end - 1] ?? 0) + 1 }));
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
