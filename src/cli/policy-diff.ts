// `sallyport policy diff`: which calls two policies decide differently, each difference with calls that show it.

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { diffPolicies, type PolicyDiff } from '../policy/history/diff.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load-policy.ts';
import { loadSuite } from '../policy/testing/load-suite.ts';
import { TestFileError } from '../policy/testing/problem.ts';
import { readTestFile } from '../policy/testing/read-test-file.ts';
import type { Situation } from '../policy/testing/situation.ts';
import type { Context } from './command.ts';
import { exitCode, UsageError } from './exit-codes.ts';
import { testsIn } from './find-test-files.ts';
import { type HistoryOptions, withHistory } from './history.ts';
import { openTools } from './open-tools.ts';
import { policyFilesOf, readPolicyFiles } from './policy-files.ts';
import { jsonText, type Screen } from './screen.ts';
import { lookedText, showChanges, spellNumber } from './show-changes.ts';

/** Options of the command. */
export interface PolicyDiffOptions extends HistoryOptions {
  readonly ledger: boolean;
  readonly failOnLooser: boolean;
}

/** Compares two policies, each written `file[,file…]`; with one, the configured policy is what it is compared with. */
export function diffPolicyFiles(
  named: readonly string[],
  options: PolicyDiffOptions,
): (context: Context) => Promise<number> {
  const [first = '', second, ...more] = named;
  if (more.length > 0) {
    throw new UsageError(
      'could not compare more than two policies: join the files of one by commas, as in `org.yaml,ci.yaml`',
    );
  }
  return async (context) => {
    const { settings, screen } = context;
    const configured = policyFilesOf(settings, options.agent ?? 'main', []);
    const [old, young] = second === undefined ? [configured, layersOf(first)] : [layersOf(first), layersOf(second)];
    const load = async (paths: readonly string[]): Promise<LoadedPolicy> =>
      loadPolicy(await readPolicyFiles(paths), { privateDirectories: [settings.home] });
    const [before, after] = await Promise.all([load(old), load(young)]);
    const situations = await situationsOf([...old, ...young], context);
    const found = await withHistory(options, context, ({ past }) =>
      diffPolicies(before, after, { situations, past: options.ledger ? past() : nothing() }),
    );
    if (screen.isJson) screen.result(jsonText({ ...found, changes: undefined, ...found.changes }));
    else show(found, screen);
    return options.failOnLooser && found.changes.looser > 0 ? exitCode.failed : exitCode.done;
  };
}

async function* nothing(): AsyncIterable<never> {}

function layersOf(text: string): readonly string[] {
  const files = text.split(',').filter((file) => file !== '');
  if (files.length === 0) throw new UsageError('could not compare: name a policy file');
  return files;
}

/** The situations of the test files that lie beside the policies and are about one of them. */
async function situationsOf(policies: readonly string[], { settings, screen }: Context): Promise<readonly Situation[]> {
  const real = new Set(policies.map((path) => realpathSync(path)));
  const folders = [...new Set([...real].map((path) => dirname(path)))];
  const tools = openTools(settings);
  const situations: Situation[] = [];
  for (const path of folders.flatMap((folder) => testsIn(folder, false))) {
    try {
      const { content } = readTestFile(path, readFileSync(path, 'utf8'));
      if (!content.policy.some((name) => real.has(resolve(dirname(path), name)))) continue;
      situations.push(...(await loadSuite(path, tools)).situations);
    } catch (error) {
      if (!(error instanceof TestFileError)) throw error;
      screen.note(`left out \`${path}\`: ${error.message.split('\n')[0]}\n`);
    }
  }
  return situations;
}

function show({ tried, changes }: PolicyDiff, screen: Screen): void {
  const { examples, tests, ledger } = tried;
  screen.result(`tried ${examples} examples, ${tests} calls of tests, and of the ledger: ${lookedText(ledger)}`);
  const { same, looser, tighter } = changes;
  if (looser + tighter === 0) screen.result(`no difference was found; that is no proof that there is none`);
  else screen.result(`${spellNumber(same)} the same, ${spellNumber(looser)} looser, ${spellNumber(tighter)} tighter`);
  showChanges(changes, screen);
}
