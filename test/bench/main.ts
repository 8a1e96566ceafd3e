// `npm run bench`: the figures of the project beside what the machine itself takes, measured in the same run. A ratio says
// more than a time: it survives a slower machine. Names as arguments run some of it: `npm run bench -- ledger decide`.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchContainer } from './container.bench.ts';
import { benchDecide } from './decide.bench.ts';
import { benchIsolate } from './isolate.bench.ts';
import { benchKernel } from './kernel.bench.ts';
import { benchLedger } from './ledger.bench.ts';
import type { Figure } from './measure.ts';
import { benchSearch } from './search.bench.ts';
import { benchStart } from './start.bench.ts';
import { benchVerify } from './verify.bench.ts';

const benches = {
  decide: benchDecide,
  kernel: benchKernel,
  isolate: benchIsolate,
  ledger: benchLedger,
  verify: benchVerify,
  search: benchSearch,
  start: benchStart,
  container: benchContainer,
} as const;

const isKnown = (name: string): name is keyof typeof benches => Object.hasOwn(benches, name);

const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const unknown = asked.filter((name) => !isKnown(name));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(64);
}

const names = asked.length > 0 ? asked.filter(isKnown) : Object.keys(benches).filter(isKnown);
const figures: Figure[] = [];
for (const name of names) {
  process.stderr.write(`measuring ${name} …\n`);
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-bench-')));
  try {
    figures.push(...(await benches[name](directory)));
  } catch (error) {
    process.stderr.write(`could not measure ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`);
else process.stdout.write(table(figures));

function table(rows: readonly Figure[]): string {
  const spell = (value: number) => (value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));
  const ratio = ({ value, floor }: Figure) => `${(value / floor).toPrecision(2)} ×`;
  const head = ['what', 'measured', 'aim', '', 'floor of this machine', '', 'ratio'];
  const lines = rows.map((row) => [
    row.name,
    `${spell(row.value)} ${row.unit}`,
    row.aim,
    row.isMet ? 'met' : 'MISSED',
    row.floorName,
    `${spell(row.floor)} ${row.unit}`,
    ratio(row),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => (line[column] ?? '').length)));
  const text = [head, ...lines].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `\n${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}\n\n${text.join('\n')}\n`;
}
