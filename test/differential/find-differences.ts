// Looks for differences for longer than a test may: `node test/differential/find-differences.ts <seed> <lines> [section]`.
// Each difference is one line of JSON on standard output; whoever finds one makes it small and puts it into a corpus.

import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { commandLine } from './command-lines.ts';
import { compare } from './difference.ts';
import { linesOf } from './line-grammar.ts';
import { watchedContainer } from './watched-container.ts';
import { makeWorkspace, programs } from './workspace.ts';

const [seed = '1', count = '200', kind = 'whole'] = process.argv.slice(2);
const place = makeWorkspace();
const container = watchedContainer(place.workspace, programs);
const kinds = { unclear: 0, opaque: 0, understood: 0 };
try {
  for (const line of fc.sample(kind === 'whole' ? commandLine : linesOf(kind), {
    seed: Number(seed),
    numRuns: Number(count),
  })) {
    const compared = await compare(line, place, container).catch((error) => ({
      kind: 'understood' as const,
      printed: '',
      differences: [String(error)],
    }));
    kinds[compared.kind] += 1;
    const { printed, differences } = compared;
    if (differences.length > 0) console.log(JSON.stringify({ line, printed, differences }));
  }
} finally {
  await container.close();
  rmSync(place.workspace, { recursive: true });
}
console.error(`seed ${seed}: ${JSON.stringify(kinds)}`);
