import { expect, test } from 'vitest';
import { complaintsAbout } from './checkers.ts';
import { playWorld, type Seen } from './world.ts';

// Replay one world with SALLYPORT_SEED=<seed>; otherwise the first seed follows the day, and is printed on failure.
const replayed = process.env.SALLYPORT_SEED;
const first = replayed ? Number(replayed) : Math.floor(Date.now() / 86_400_000) * 1_000_000;
const worlds = replayed ? 1 : 10_000;

test('P1 to P6: no world of lying, throwing and hanging ports breaks a promise', async () => {
  const ends = new Map<string, number>();
  for (let seed = first; seed < first + worlds; seed += 1) {
    const trace = await playWorld(seed).catch((error) => {
      throw new Error(`the world of SALLYPORT_SEED=${seed} broke`, { cause: error });
    });
    const complaints = complaintsAbout(trace);
    if (complaints.length > 0)
      expect.fail(`SALLYPORT_SEED=${seed}: ${complaints.join('; ')}\n${JSON.stringify(trace, null, 1)}`);
    for (const seen of trace) count(ends, seen);
  }
  if (replayed) return;
  // A simulation that never reaches an end proves nothing about it.
  for (const end of ['ok', 'failed', 'unknown', 'refused', 'halted', 'effect', 'commit', 'claimed', 'previewed']) {
    expect(ends.get(end) ?? 0, `worlds that reached \`${end}\``).toBeGreaterThan(50);
  }
});

test('the same seed plays the same world', async () => {
  expect(withoutTimes(await playWorld(42))).toEqual(withoutTimes(await playWorld(42)));
});

function count(ends: Map<string, number>, seen: Seen): void {
  const name = seen.what === 'answered' ? seen.result.outcome : seen.what;
  if (seen.what === 'effect' && seen.purpose === 'commit') ends.set('commit', (ends.get('commit') ?? 0) + 1);
  ends.set(name, (ends.get(name) ?? 0) + 1);
}

const withoutTimes = (trace: readonly Seen[]) => trace.map((seen) => ({ ...seen, result: null }));
