import { expect, test } from 'vitest';
import { figuresText } from './figures.ts';
import { runSoak } from './run-soak.ts';

test('P11: a soak of mixed calls with random kills leaves nothing behind, doubles no effect, and its ledger verifies', async () => {
  const seed = Date.now() % 1_000_000;
  const report = await runSoak({ calls: 200, callsPerKill: 25, seed, tell: () => {} });
  expect(report.faults, `seed ${seed}\n${figuresText(report)}`).toEqual([]);
  expect(report.kills.kernel).toBeGreaterThan(0);
  expect(report.ended).toHaveLength(200);
}, 300_000);
