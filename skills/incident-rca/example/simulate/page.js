// When the pager rang: the first minute that ends five in a row in which more than one checkout in twenty failed.

const minutesInRow = 5;
const shareMax = 0.05;

export const findPage = (gatewayRows) => {
  let inRow = 0;
  for (const { minute, counts } of gatewayRows) {
    const failed = counts.checkouts_failed ?? 0;
    const all = failed + (counts.checkouts_answered ?? 0);
    inRow = all > 0 && failed / all > shareMax ? inRow + 1 : 0;
    if (inRow === minutesInRow) return { atMs: minute + 60_000, failedPercent: Math.round((100 * failed) / all) };
  }
  return undefined;
};
