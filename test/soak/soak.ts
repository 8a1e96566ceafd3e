// `npm run soak -- --calls 10000 --seed 7`: a soak of so many calls; without a seed, of one that is printed.

import { parseArgs } from 'node:util';
import { figuresText } from './figures.ts';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({ options: { calls: { type: 'string' }, seed: { type: 'string' } } });
const calls = Number(values.calls ?? '1000');
const seed = Number(values.seed ?? String(Date.now() % 1_000_000));
if (!(Number.isSafeInteger(calls) && calls >= 1 && Number.isSafeInteger(seed))) {
  process.stderr.write('could not start the soak: `--calls` and `--seed` are whole numbers\n');
  process.exit(64);
}
process.stderr.write(`soaking with ${calls} calls, seed ${seed} …\n`);
const report = await runSoak({
  calls,
  callsPerKill: 40,
  seed,
  tell: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write(figuresText(report));
process.exitCode = report.faults.length === 0 ? 0 : 1;
