// A window in the week, as people say it: days, hours, and the time zone whose clocks they mean. A window that ends before
// it starts goes over midnight and belongs to the day on which it starts.

/** Days by the names that rules use, Monday first. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

/** `hours` is `HH:MM-HH:MM`, the end excluded; absent keys do not narrow. `zone` is an IANA name. */
export interface TimeWindow {
  readonly days?: readonly Day[] | undefined;
  readonly hours?: string | undefined;
  readonly zone?: string | undefined;
}

const minutesPerDay = 1_440;

/** True if `Intl` knows the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Compiles a window: true for the moments (milliseconds since the epoch) that lie in it. */
export function compileTimeWindow({ days: named = days, hours, zone = 'UTC' }: TimeWindow): (now: number) => boolean {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const wanted = new Set<string>(named);
  const [from, to] = hours === undefined ? [0, minutesPerDay] : minutesOf(hours);
  return (now) => {
    const { day, minute } = readClock(format, now);
    const startsOn = (daysBack: number) => wanted.has(days[(day - daysBack + days.length) % days.length] ?? '');
    if (from < to) return startsOn(0) && minute >= from && minute < to;
    return (startsOn(0) && minute >= from) || (startsOn(1) && minute < to);
  };
}

function readClock(format: Intl.DateTimeFormat, now: number): { day: number; minute: number } {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const weekday = parts.get('weekday')?.toLowerCase() ?? '';
  const day = days.findIndex((name) => weekday.startsWith(name));
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

/** Start and end of `HH:MM-HH:MM` in minutes of the day. */
function minutesOf(hours: string): readonly [number, number] {
  const [from = 0, to = 0] = hours.split('-').map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return hour * 60 + minute;
  });
  return [from, to];
}
