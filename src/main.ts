// The composition root: reads what the operator set, turns signals into an abort, runs one command, and leaves with its
// exit code.

import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Beside the packages, not in the shared temporary directory, where anybody could put code for us to run.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/sallyport', import.meta.url)));

const { runProgram } = await import('./cli/program.ts');

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const settings = async (isLenient: boolean) => (await import('./config.ts')).readSettings(process.env, isLenient);
const stop = new AbortController();
let stops = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    stops += 1;
    // The first one lets calls end and be recorded; whoever insists gets out.
    if (stops > 1) process.exit(130);
    stop.abort();
  });
}
// A reader that goes away (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runProgram(process.argv.slice(2), settings, version, stop.signal);
