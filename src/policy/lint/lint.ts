// Reads policy files for what loads and is still wrong: rules that change nothing, and rules that open more than they look
// like. Each finding says why it matters and what to do.

import { type LoadedPolicy, loadPolicy, PolicyLoadError, type PolicyText } from '../load-policy.ts';
import type { Problem } from '../read-policy-file.ts';
import { checkBreadth } from './check-breadth.ts';
import { checkConditions, type Surroundings } from './check-conditions.ts';
import { checkExamples } from './check-examples.ts';
import { checkFiles } from './check-files.ts';
import { checkReach } from './check-reach.ts';
import { checkRunsAnything } from './check-runs-anything.ts';
import { type Finding, seatsOf } from './finding.ts';

/** Loads the files as one policy and looks at them; what stops the load is told as findings too. In the order of the files. */
export async function lintPolicy(files: readonly PolicyText[], around: Surroundings): Promise<readonly Finding[]> {
  const paths = files.map(({ path }) => path);
  const findings = await findingsOf(files, around);
  return [...findings].sort(
    (a, b) => paths.indexOf(a.path) - paths.indexOf(b.path) || a.line - b.line || a.column - b.column,
  );
}

async function findingsOf(files: readonly PolicyText[], around: Surroundings): Promise<readonly Finding[]> {
  try {
    return await lintLoaded(await loadPolicy(files), around);
  } catch (error) {
    if (error instanceof PolicyLoadError) return error.problems.map(asFinding);
    throw error;
  }
}

async function lintLoaded({ files }: LoadedPolicy, around: Surroundings): Promise<readonly Finding[]> {
  const seats = seatsOf(files);
  const putOn = new Set(seats.flatMap(({ rule }) => rule.labels));
  const running = await Promise.all(seats.map(checkRunsAnything));
  return [
    ...files.flatMap((file) => checkReach(seats.filter((seat) => seat.file === file))),
    ...seats.flatMap((seat) => [
      ...checkConditions(seat, putOn, around),
      ...checkExamples(seat),
      ...checkBreadth(seat),
    ]),
    ...checkFiles(seats),
    ...running.flat(),
  ];
}

/** A problem says what to do after its last semicolon. */
function asFinding({ path, line, column, rule, what }: Problem): Finding {
  const cut = what.lastIndexOf('; ');
  const [told, fix] = cut < 0 ? [what, 'correct it'] : [what.slice(0, cut), what.slice(cut + 2)];
  return { check: 'does-not-load', level: 'error', path, line, column, rule, what: told, fix };
}
