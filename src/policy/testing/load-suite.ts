// One test file, ready to run: the policy it names is loaded and its calls are understood.

import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { messageOf } from '../../kernel/checked.ts';
import type { Tool } from '../../kernel/types.ts';
import { createClassifier } from '../classify/classify.ts';
import { type LoadedPolicy, loadPolicy, PolicyLoadError, type PolicyText } from '../load-policy.ts';
import { makeWorkspace, nameInside } from './make-workspace.ts';
import { TestFileError, type TestProblem } from './problem.ts';
import { type ReadTestFile, readTestFile } from './read-test-file.ts';
import { type Situation, understandAll, usedNames } from './situation.ts';

/** A test file that can be run. */
export interface Suite {
  readonly path: string;
  /** Its files have their paths as seen from where the test file's is. */
  readonly policy: LoadedPolicy;
  readonly situations: readonly Situation[];
  readonly cases: number;
}

/**
 * Reads a test file, loads its policy and understands its calls with the real classifier over `tools`.
 * @throws {TestFileError} if the file, or a policy that it names, cannot be used.
 */
export async function loadSuite(path: string, tools: ReadonlyMap<string, Tool>): Promise<Suite> {
  const file = readTestFile(path, await readText(path, path));
  const policy = await loadLayers(file);
  const problems = [...namesOutside(file), ...unknownRules(file, policy)];
  if (problems.length > 0) throw new TestFileError(problems);
  const workspace = await makeWorkspace(file.content.workspace ?? {}).catch((error: unknown) => {
    const what = `could not make the workspace: ${messageOf(error)}`;
    throw new TestFileError([{ path, ...file.places.ofKey(['workspace']), what }]);
  });
  try {
    const classifier = createClassifier({ tools, privateDirectories: [] });
    const situations = await understandAll(file, workspace.path, classifier);
    return { path, policy, situations, cases: file.content.cases.length };
  } finally {
    await workspace.remove();
  }
}

async function readText(path: string, asked: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const what = `could not read it: ${messageOf(error)}; check the path`;
    throw new TestFileError([{ path: asked, line: 1, column: 1, what }]);
  }
}

async function loadLayers({ path, content, places }: ReadTestFile): Promise<LoadedPolicy> {
  const layers: PolicyText[] = [];
  for (const [index, name] of content.policy.entries()) {
    const layer = isAbsolute(name) ? name : join(dirname(path), name);
    const text = await readFile(layer, 'utf8').catch((error: unknown) => {
      const what = `could not read the policy \`${name}\`: ${messageOf(error)}; give its path from this file`;
      throw new TestFileError([{ path, ...places.ofValue(['policy', index]), what }]);
    });
    layers.push({ path: layer, text });
  }
  try {
    return await loadPolicy(layers);
  } catch (error) {
    if (!(error instanceof PolicyLoadError)) throw error;
    throw new TestFileError(
      error.problems.map(({ rule, what, ...place }) => ({
        ...place,
        what: rule === '' ? what : `rule \`${rule}\`: ${what}`,
      })),
    );
  }
}

function namesOutside({ path, content: { workspace }, places }: ReadTestFile): readonly TestProblem[] {
  const what = 'lies outside the workspace; give a name in it';
  const check = (name: string, keys: readonly PropertyKey[]) =>
    nameInside(name) === undefined
      ? [{ path, ...places.ofValue(['workspace', ...keys]), what: `\`${name}\` ${what}` }]
      : [];
  return [
    ...(workspace?.files ?? []).flatMap((name, index) => check(name, ['files', index])),
    ...Object.keys(workspace?.links ?? {}).flatMap((name) => check(name, ['links', name])),
    ...Object.keys(workspace?.labels ?? {}).flatMap((name) => check(name, ['labels', name])),
  ];
}

/** A misspelled rule would make a test that means something else than it says. */
function unknownRules({ path, content, places }: ReadTestFile, policy: LoadedPolicy): readonly TestProblem[] {
  const namesOf = (layers: readonly { readonly policy: string; readonly rule: string }[]) =>
    new Set(layers.flatMap(({ policy: named, rule }) => usedNames(named, rule)));
  const rules = namesOf(
    policy.files.flatMap(({ content: { policy: named, rules: all } }) =>
      all.map(({ id }) => ({ policy: named, rule: id })),
    ),
  );
  const counted = namesOf(policy.counted);
  const missing = (keys: readonly PropertyKey[], what: string) => [{ path, ...places.ofKey(keys), what }];
  const unused = (used: Readonly<Record<string, number>> | undefined, keys: readonly PropertyKey[]) =>
    Object.keys(used ?? {}).flatMap((name) =>
      counted.has(name) ? [] : missing([...keys, name], `there is no rule \`${name}\` with \`atMost\` in the policy`),
    );
  return [
    ...unused(content.as?.used, ['as', 'used']),
    ...content.cases.flatMap(({ by, as }, index) => [
      ...(by === undefined || rules.has(by)
        ? []
        : missing(['cases', index, 'by'], `there is no rule \`${by}\` in the policy`)),
      ...unused(as?.used, ['cases', index, 'as', 'used']),
    ]),
  ];
}
