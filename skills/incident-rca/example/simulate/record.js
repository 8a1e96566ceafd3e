// What the services leave behind: log lines in the order they were written, and one row of figures a minute.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const minuteMs = 60_000;

export const makeRecord = (clock) => {
  const logs = new Map();
  const metrics = new Map();

  const append = (path, line) => {
    const lines = logs.get(path);
    if (lines) lines.push(line);
    else logs.set(path, [line]);
  };

  /** Figures of one service (or one pod of it) in the current minute. */
  const figures = (name) => {
    let rows = metrics.get(name);
    if (!rows) {
      rows = [];
      metrics.set(name, rows);
    }
    const last = rows.at(-1);
    if (last && clock.now() < last.minute + minuteMs) return last;
    const row = { name, minute: clock.now() - (clock.now() % minuteMs), counts: {}, durations: [] };
    rows.push(row);
    return row;
  };

  return {
    append,
    count: (name, what, by = 1) => {
      const { counts } = figures(name);
      counts[what] = (counts[what] ?? 0) + by;
    },
    duration: (name, ms) => figures(name).durations.push(ms),
    gauge: (name, what, value) => {
      figures(name).counts[what] = value;
    },
    rows: (name) => metrics.get(name) ?? [],
    writeLogs: (directory) => {
      for (const [path, lines] of logs) write(join(directory, path), `${lines.join('\n')}\n`);
    },
  };
};

/** CSV text: a header, then one line for each row. */
export const csv = (columns, rows) => `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`;

/** The value below which `share` of the values lie; empty where there are none. */
export const percentile = (values, share) => {
  if (values.length === 0) return '';
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
};

/** Writes a file and the folders above it. */
export const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** `key=value` words; values with spaces or quotes are quoted. */
export const logfmt = (fields) =>
  Object.entries(fields)
    .map(([key, value]) => `${key}=${/[\s"=]/.test(String(value)) ? JSON.stringify(String(value)) : value}`)
    .join(' ');
