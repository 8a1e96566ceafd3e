import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Figure, percentile, timeFigure, timesOf } from './measure.ts';

const run = promisify(execFile);
const launcher = resolve(import.meta.dirname, '../../sallyport');

/** From the shell to the end of a command that needs nothing, and of one that opens the ledger. */
export async function benchStart(directory: string): Promise<readonly Figure[]> {
  const env = { ...process.env, SALLYPORT_HOME: resolve(directory, 'start-home') };
  const version = await timesOf(15, 3, () => run(launcher, ['--version'], { env }));
  const list = await timesOf(10, 2, () => run(launcher, ['audit', 'list'], { env }));
  const node = await timesOf(15, 3, () => run(process.execPath, ['--no-node-snapshot', '-e', '0'], { env }));
  const floor = percentile(node, 0.5);
  return [
    timeFigure('`sallyport --version`, p50', percentile(version, 0.5), 'ms', 300, floor, '`node -e 0`'),
    timeFigure('`sallyport audit list`, p50', percentile(list, 0.5), 'ms', 500, floor, '`node -e 0`'),
  ];
}
