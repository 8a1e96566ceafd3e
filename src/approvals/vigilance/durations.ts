// How long things took, in a bounded memory however many there are: counts in buckets that grow by a twentieth each.

const growth = Math.log(1.05);
/** Longer ones, some 600 days, are counted as this long. */
const bucketsMax = 500;

export interface Durations {
  add(ms: number): void;
  /** The duration that this part of all (0.5 for half) did not exceed, within 5 %, in milliseconds; null if there are none. */
  quantile(part: number): number | null;
}

/** Starts with none. */
export function createDurations(): Durations {
  const counts = new Map<number, number>();
  let total = 0;
  return {
    add(ms) {
      const bucket = Math.min(bucketsMax, Math.ceil(Math.log(Math.max(1, ms)) / growth));
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      total += 1;
    },
    quantile(part) {
      const wanted = Math.max(1, Math.ceil(total * part));
      let seen = 0;
      for (const [bucket, count] of [...counts].sort(([one], [other]) => one - other)) {
        seen += count;
        if (seen >= wanted) return Math.round(Math.exp(bucket * growth));
      }
      return null;
    },
  };
}
