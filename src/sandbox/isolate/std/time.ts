// `std.time`: instants as milliseconds since the epoch, in UTC, and durations. Nothing here asks a clock. Stands alone: its
// source text runs inside the isolate.

export interface TimeLibrary {
  /**
   * Milliseconds of an ISO 8601 instant: a date, or a date and time with `Z` or an offset. Without one it is UTC.
   * @throws {RangeError} if it is none, or no such day exists.
   */
  parse(text: string): number;
  /** `2026-11-19T12:41:00Z`; with a fraction only where there is one. */
  iso(ms: number): string;
  /** Milliseconds of `1h30m`, `250ms`, `2d` or `PT1H30M`. @throws {RangeError} if it is no duration. */
  duration(text: string): number;
  /** `1h 30m`, `250ms`: the largest unit first, nothing that is zero. */
  spell(ms: number): string;
  /** Beginning of the step that `ms` lies in, counted from the epoch. */
  floor(ms: number, stepMs: number): number;
  /** Beginnings of all steps from the one that `fromMs` lies in, up to but without `toMs`. At most 100,000. */
  range(fromMs: number, toMs: number, stepMs: number): number[];
}

/** Makes the library. */
export function timeLibrary(): TimeLibrary {
  const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  const stepsMax = 100_000;
  const instant =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d))?)?$/;
  const floor = (ms: number, stepMs: number): number => {
    if (!(stepMs > 0)) throw new RangeError(`a step has to be longer than 0 ms, not ${stepMs}`);
    return Math.floor(ms / stepMs) * stepMs;
  };
  return {
    parse: (text) => {
      const parts = instant.exec(text);
      if (parts === null) throw new RangeError(`\`${text}\` is no instant: write it as \`2026-11-19T12:41:00Z\``);
      const number = (index: number) => Number(parts[index] ?? 0);
      const fraction = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1_000);
      const ms = Date.UTC(number(1), number(2) - 1, number(3), number(4), number(5), number(6), fraction);
      const day = new Date(Date.UTC(number(1), number(2) - 1, number(3)));
      const isThere = day.getUTCMonth() === number(2) - 1 && day.getUTCDate() === number(3);
      if (!isThere || number(4) > 23 || number(5) > 59 || number(6) > 59 || number(10) > 23 || number(11) > 59)
        throw new RangeError(`\`${text}\` is no instant: there is no such day or time`);
      return ms - (parts[9] === '-' ? -1 : 1) * (number(10) * 60 + number(11)) * 60_000;
    },
    iso: (ms) => new Date(ms).toISOString().replace(/\.000Z$/, 'Z'),
    duration: (text) => {
      const isIso = /^P(?=.)(?:[\d.]+D)?(?:T(?=.)(?:[\d.]+H)?(?:[\d.]+M)?(?:[\d.]+S)?)?$/.test(text);
      const short = isIso ? text.slice(1).replace('T', '').toLowerCase() : text.trim();
      const parts = [...short.matchAll(/(\d+(?:\.\d+)?) ?(ms|[dhms])\s*/gy)];
      const taken = parts.reduce((length, [part]) => length + part.length, 0);
      if (parts.length === 0 || taken !== short.length)
        throw new RangeError(`\`${text}\` is no duration: write it as \`1h30m\` or \`250ms\``);
      return parts.reduce(
        (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit as keyof typeof unitMs] ?? 0),
        0,
      );
    },
    spell: (ms) => {
      let rest = Math.round(Math.abs(ms));
      const parts: string[] = [];
      for (const [unit, each] of Object.entries(unitMs)) {
        if (rest >= each) parts.push(`${Math.floor(rest / each)}${unit}`);
        rest %= each;
      }
      return `${ms < 0 && parts.length > 0 ? '-' : ''}${parts.join(' ') || '0ms'}`;
    },
    floor,
    range: (fromMs, toMs, stepMs) => {
      const first = floor(fromMs, stepMs);
      const count = Math.max(0, Math.ceil((toMs - first) / stepMs));
      if (!(count <= stepsMax)) throw new RangeError(`${count} steps are more than ${stepsMax}: take longer ones`);
      return Array.from({ length: count }, (_, index) => first + index * stepMs);
    },
  };
}
