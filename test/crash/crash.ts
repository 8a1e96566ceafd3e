// `npm run crash -- --kills 3000 --seed 7`: that many kills, half of them with the power; without a seed, of one that is printed.

import { parseArgs } from 'node:util';
import { runCrashes } from './run-crashes.ts';

const number = { type: 'string' } as const;
const { values } = parseArgs({ options: { kills: number, seed: number, homes: number, 'power-cut': number } });
const kills = Number(values.kills ?? '1000');
const seed = Number(values.seed ?? String(Date.now() % 1_000_000));
const homes = Number(values.homes ?? '2');
/** Share of kills that take what was not flushed with them. */
const powerCut = Number(values['power-cut'] ?? '0.5');
if (
  !([kills, seed, homes].every((value) => Number.isSafeInteger(value) && value >= 1) && powerCut >= 0 && powerCut <= 1)
) {
  process.stderr.write(
    'could not start: `--kills`, `--seed` and `--homes` are whole numbers, `--power-cut` is 0 to 1\n',
  );
  process.exit(64);
}
process.stderr.write(`killing ${kills} processes, seed ${seed} …\n`);
const tell = (message: string) => process.stderr.write(`${message}\n`);
for (const isPowerCut of [false, true]) {
  const share = isPowerCut ? powerCut : 1 - powerCut;
  if (share === 0) continue;
  const options = { livesPerHome: 25, seed, homes, isPowerCut, isCareless: false, tell };
  const { faults, ...figures } = await runCrashes({ ...options, kills: Math.round(kills * share) });
  const perSecond = figures.lives / figures.seconds;
  const line = { isPowerCut, ...figures, seconds: Math.round(figures.seconds), livesPerSecond: perSecond.toFixed(2) };
  process.stdout.write(`${JSON.stringify(line)}\n${faults.map((fault) => `${fault}\n`).join('')}`);
  if (faults.length > 0) process.exitCode = 1;
}
