// The figures of the day as CSV, one row for each minute (and pod).

import { csv, percentile } from './record.js';

const latency = ['p50_ms', 'p95_ms'];
const tables = [
  { file: 'gateway', sources: ['gateway'], columns: ['requests', 'errors', 'retries'], hasLatency: true },
  {
    file: 'checkout',
    sources: ['checkout-1', 'checkout-2'],
    columns: ['requests', 'errors', 'pool_in_use', 'pool_waiting', 'pool_max'],
    hasLatency: true,
  },
  { file: 'payments', sources: ['payments'], columns: ['requests', 'errors', 'declines', 'replays'], hasLatency: true },
  { file: 'inventory', sources: ['inventory'], columns: ['requests', 'errors'], hasLatency: true },
  {
    file: 'postgres',
    sources: ['postgres'],
    columns: ['connections', 'idle_in_transaction', 'commits', 'serialization_failures'],
    hasLatency: false,
  },
];

/** Text of each metrics file, by its name. */
export const metricsFiles = (record) =>
  tables.map(({ file, sources, columns, hasLatency }) => {
    const isPerPod = sources.length > 1;
    const rows = sources.flatMap((source) => record.rows(source));
    rows.sort((a, b) => a.minute - b.minute || (a.name < b.name ? -1 : 1));
    const header = ['minute', ...(isPerPod ? ['pod'] : []), ...columns, ...(hasLatency ? latency : [])];
    const body = rows.map((row) => [
      `${new Date(row.minute).toISOString().slice(0, 16)}Z`,
      ...(isPerPod ? [row.name] : []),
      ...columns.map((column) => row.counts[column] ?? 0),
      ...(hasLatency ? [percentile(row.durations, 0.5), percentile(row.durations, 0.95)] : []),
    ]);
    return { path: `metrics/${file}.csv`, text: csv(header, body) };
  });
