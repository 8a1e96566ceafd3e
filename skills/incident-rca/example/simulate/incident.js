// The plan of the day: when what happens. All times are UTC. Nothing here says when requests fail; that follows from the
// code that a deploy brings.

const minuteMs = 60_000;

/** `faultAt` is `HH:MM`, the start of the deploy of the last release tag. */
export const makePlan = ({ day, from, to, faultAt }) => {
  const at = (clock) => Date.parse(`${day}T${clock}:00.000Z`);
  const fault = at(faultAt);
  return {
    startMs: at(from),
    endMs: at(to),
    /** Requests per second that reach the gateway, at these times; straight lines between. */
    traffic: [
      [at('06:00'), 0.35],
      [at('08:00'), 0.5],
      [at('10:00'), 0.68],
      [at('11:00'), 0.7],
      [at('11:10'), 0.98],
      [at('12:30'), 0.95],
      [at('14:00'), 0.9],
      [at('18:00'), 1.03],
    ],
    /** Releases of the checkout, which run the code of their tag. `first` is what ran before the window. */
    first: 'deploy-2026-11-18-1',
    releases: [
      { atMs: at('08:47'), tag: 'deploy-2026-11-19-1', by: 'Priya Raman' },
      { atMs: fault, tag: 'deploy-2026-11-19-2', by: 'Dana Kovac' },
    ],
    /** Releases of services whose code is not here: they change nothing but the log. */
    otherReleases: [
      { atMs: at('09:20'), service: 'gateway', by: 'Dana Kovac' },
      { atMs: fault - 81 * minuteMs, service: 'payments', by: 'Tomasz Wrona' },
      { atMs: fault + 9 * minuteMs, service: 'inventory', by: 'Jonas Ek' },
    ],
    /** A node is drained for a kernel update: inventory answers badly for a minute and a half. */
    drain: { startMs: fault - 11 * minuteMs, endMs: fault - 11 * minuteMs + 90_000 },
  };
};

/** Straight lines through `[time, value]` points. */
export const valueAt = (points, timeMs) => {
  const next = points.findIndex(([time]) => time > timeMs);
  if (next <= 0) return points[next === 0 ? 0 : points.length - 1][1];
  const [[fromMs, from], [toMs, to]] = [points[next - 1], points[next]];
  return from + ((to - from) * (timeMs - fromMs)) / (toMs - fromMs);
};
