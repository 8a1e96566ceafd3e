// Runs test files: every call under the policy, which rules were touched, and whether mutants of the policy files are
// noticed. A call is understood once and decided many times.

import type { Tool } from '../../kernel/types.ts';
import { createPolicy } from '../decide.ts';
import type { LoadedFile } from '../load-policy.ts';
import { decideSituation, differences } from './check-situation.ts';
import { findTouched, type Touched } from './coverage.ts';
import { mutationHint, spellMutation, touchHint } from './hint.ts';
import { loadSuite, type Suite } from './load-suite.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { TestFileError } from './problem.ts';
import type { PolicyReport, Survivor, TestFailure, TestFileReport, TestReport } from './report.ts';
import type { Situation } from './situation.ts';

/** How tests are run. `progress` hears what is being done; `now` is a clock in milliseconds. */
export interface RunSettings {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly withMutants: boolean;
  readonly progress: (doing: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A suite that ran, with what its calls touched and the situations that are as expected. */
interface RunSuite {
  readonly suite: Suite;
  readonly passing: ReadonlySet<Situation>;
  readonly touchedBy: ReturnType<typeof findTouched>;
}

/** Runs the test files at `paths`. What is wrong with a file is in the report; one broken file stops no other. */
export async function runTests(paths: readonly string[], settings: RunSettings): Promise<TestReport> {
  const files: TestFileReport[] = [];
  const ran: RunSuite[] = [];
  for (const path of paths) {
    settings.signal.throwIfAborted();
    settings.progress(path);
    const { report, run } = await runFile(path, settings);
    files.push(report);
    if (run !== undefined) ran.push(run);
  }
  const tested = new Map(ran.flatMap(({ suite }) => suite.policy.files.map((file) => [file.path, file] as const)));
  const policies: PolicyReport[] = [];
  for (const file of [...tested.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const using = ran.filter(({ suite }) => suite.policy.files.some(({ path }) => path === file.path));
    policies.push(await reportOn(file, using, settings));
  }
  return { files, policies };
}

async function runFile(
  path: string,
  { tools, now }: RunSettings,
): Promise<{ readonly report: TestFileReport; readonly run: RunSuite | undefined }> {
  const start = now();
  try {
    const suite = await loadSuite(path, tools);
    const tried = suite.situations.map((situation) => ({ situation, failure: failureOf(situation, suite) }));
    const calls = tried.map(({ situation: { source, call }, failure }) => ({ case: source.name, call, failure }));
    const passing = new Set(tried.flatMap(({ situation, failure }) => (failure === null ? [situation] : [])));
    const touchedBy = findTouched(suite.policy, suite.situations);
    return {
      report: { kind: 'ran', path, cases: suite.cases, calls, ms: now() - start },
      run: { suite, passing, touchedBy },
    };
  } catch (error) {
    if (!(error instanceof TestFileError)) throw error;
    return { report: { kind: 'broken', path, problems: error.problems }, run: undefined };
  }
}

function failureOf(situation: Situation, { policy }: Suite): TestFailure | null {
  const outcome = decideSituation(situation, policy);
  const found = differences(situation, outcome);
  if (found.length === 0) return null;
  const { path, place, source, call, expected } = situation;
  const { verdict, because, rules } = outcome;
  return { path, ...place, case: source.name, call, expected, verdict, because, rules, differences: found };
}

async function reportOn(file: LoadedFile, using: readonly RunSuite[], settings: RunSettings): Promise<PolicyReport> {
  const { path, content, problemAt } = file;
  const touched = content.rules.map((_, index) => touchedIn(index, file, using));
  const untouched = content.rules.flatMap((rule, index) => {
    if (touched[index]?.some(({ held }) => held.size > 0) === true) return [];
    const { line, column } = problemAt(['rules', index, 'id'], '');
    return [{ rule: rule.id, line, column, hint: touchHint(rule) }];
  });
  const mutants = settings.withMutants ? await tryMutants(file, using, touched, settings) : null;
  return { path, policy: content.policy, rules: content.rules.length, untouched, mutants };
}

/** What touched a rule of the file, in each suite. A suite loads the file for itself. */
function touchedIn(index: number, file: LoadedFile, using: readonly RunSuite[]): readonly Touched[] {
  return using.map(({ suite, touchedBy }) => {
    const rule = suite.policy.files.find(({ path }) => path === file.path)?.layer.rules[index];
    return rule === undefined ? { seen: new Set(), held: new Set() } : touchedBy(rule);
  });
}

async function tryMutants(
  file: LoadedFile,
  using: readonly RunSuite[],
  touched: readonly (readonly Touched[])[],
  { progress, signal, now }: RunSettings,
): Promise<NonNullable<PolicyReport['mutants']>> {
  const start = now();
  const mutants = mutantsOf(file);
  const survivors: Survivor[] = [];
  for (const [index, mutant] of mutants.entries()) {
    if (index % 20 === 0) {
      progress(`${file.path}: mutant ${index + 1} of ${mutants.length}`);
      // Lets Ctrl-C through.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    const seenBy = mutant.rule === null ? [] : (touched[mutant.rule] ?? []);
    if (!using.some((run, at) => isNoticed(mutant, file, run, seenBy[at]))) survivors.push(survivorOf(mutant, file));
  }
  return { made: mutants.length, survivors, ms: now() - start };
}

/** True if a call that is as expected under the policy is not under the mutant. Those that see the rule are tried first. */
function isNoticed({ layer }: Mutant, file: LoadedFile, { suite, passing }: RunSuite, touched?: Touched): boolean {
  const layers = suite.policy.files.map((other) => (other.path === file.path ? layer : other.layer));
  const policy = createPolicy(layers, suite.policy.digest, []);
  const notices = (situation: Situation) =>
    passing.has(situation) && differences(situation, decideSituation(situation, policy)).length > 0;
  const seen = touched?.seen ?? new Set<Situation>();
  for (const situation of seen) if (notices(situation)) return true;
  return suite.situations.some((situation) => !seen.has(situation) && notices(situation));
}

function survivorOf({ mutation, rule }: Mutant, { content, problemAt }: LoadedFile): Survivor {
  const source = rule === null ? null : (content.rules[rule] ?? null);
  const { line, column } = problemAt(rule === null ? ['applies'] : ['rules', rule, 'id'], '');
  const change = spellMutation(mutation);
  return { rule: source?.id ?? '', change, hint: mutationHint(mutation, source), line, column };
}
