import { expect, test } from 'vitest';
import { complaintsAbout } from './checkers.ts';
import { playQueues } from './world.ts';

// Replay one world with SALLYPORT_SEED=<seed>; otherwise the first seed follows the day, and is printed on failure.
const replayed = process.env.SALLYPORT_SEED;
const first = replayed ? Number(replayed) : Math.floor(Date.now() / 86_400_000) * 1_000_000;
const worlds = replayed ? 1 : Number(process.env.SALLYPORT_WORLDS ?? 1_000);

test('P8, P11: no world of impatient people, failing disks and dying processes loses a message or answers one twice', async () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let seed = first; seed < first + worlds; seed += 1) {
    const trace = await playQueues(seed).catch((error) => {
      throw new Error(`the world of SALLYPORT_SEED=${seed} broke`, { cause: error });
    });
    const complaints = complaintsAbout(trace);
    if (complaints.length > 0) expect.fail(`SALLYPORT_SEED=${seed}: ${complaints.join('; ')}`);
    for (const { end } of trace.told) count(end.kind);
    for (const { after, record } of trace.changes) if (after.state === 'taken') count(record?.type ?? 'nothing');
    for (const { turn } of trace.turns) count(turn.messages.length > 1 ? 'merged' : 'alone');
    if (trace.refused.length > 0) count('refused');
  }
  if (replayed) return;
  // A simulation that never gets there proves nothing about it.
  for (const what of [
    'answered',
    'failed',
    'aborted',
    'summarized',
    'dropped',
    'refused',
    'merged',
    'message-steered',
  ]) {
    expect(seen.get(what) ?? 0, `worlds that reached \`${what}\``).toBeGreaterThan(50);
  }
}, 300_000);

test('the same seed plays the same world', async () => {
  const [one, other] = [await playQueues(42), await playQueues(42)];
  expect(JSON.stringify(one.changes)).toBe(JSON.stringify(other.changes));
});
