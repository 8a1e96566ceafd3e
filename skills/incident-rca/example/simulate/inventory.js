// Inventory: tells and reserves stock. While its node is drained it is slow, and one answer in six is a 503.

export const makeInventory = ({ clock, random, record, drain }) => {
  const plain = (level, text) => record.append('logs/inventory/inventory.log', `${clock.iso()} ${level} ${text}`);
  const isDraining = () => clock.now() >= drain.startMs && clock.now() < drain.endMs;

  clock.at(drain.startMs, () => plain('WARN ', 'node worker-b is drained for a kernel update, moving to worker-c'));
  clock.at(drain.endMs, () => plain('INFO ', 'ready on worker-c'));
  clock.timers.setInterval(() => plain('INFO ', `cache refreshed skus=${random.below(40) + 410}`), 240_000);

  return async (requestId, text) => {
    const startedMs = clock.now();
    await clock.sleep(isDraining() ? random.durationMs(150, 250) : random.durationMs(3, 6));
    const isBad = random.chance(isDraining() ? 0.17 : 0.0004);
    const durationMs = Math.round(clock.now() - startedMs);
    record.count('inventory', 'requests');
    record.duration('inventory', durationMs);
    if (isBad) {
      record.count('inventory', 'errors');
      plain('ERROR', `[${requestId}] ${text} status=503 took=${durationMs}ms`);
      return { status: 503, body: {} };
    }
    plain(durationMs > 40 && !isDraining() ? 'WARN ' : 'INFO ', `[${requestId}] ${text} status=200 took=${durationMs}ms`);
    return { status: 200, body: { ok: true } };
  };
};
