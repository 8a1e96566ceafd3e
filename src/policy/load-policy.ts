// From policy files to the policy that decides. Everything is checked before anything counts: one problem in one file and
// nothing is loaded, because a rule that silently does not work is worse than none.

import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { digestOf } from '../kernel/canonical.ts';
import type { Json } from '../kernel/types.ts';
import { compileRule } from './compile-rule.ts';
import { compileApplies } from './conditions.ts';
import { createPolicy, type LayeredPolicy } from './decide.ts';
import { exampleProblems } from './examples.ts';
import { findDenierIn, unreachableProblem } from './lint/unreachable.ts';
import type { PolicyFile } from './policy-schema.ts';
import { type Problem, type ProblemAt, readPolicyFile } from './read-policy-file.ts';
import type { Layer, Rule } from './rule.ts';

/** One policy file: a layer. `path` is only used in messages. */
export interface PolicyText {
  readonly path: string;
  readonly text: string;
}

/** `privateDirectories` (absolute) stay closed to every sandbox, also where a workspace holds one. */
export interface PolicySettings {
  readonly privateDirectories: readonly string[];
}

/** A policy file that loaded: what it says, where it says it, and the layer it makes. */
export interface LoadedFile {
  readonly kind: 'loaded';
  readonly path: string;
  readonly text: string;
  readonly content: PolicyFile;
  readonly problemAt: ProblemAt;
  /** Its rules are compiled from those of `content`, in that order. */
  readonly layer: Layer;
}

/** A policy together with the files it was made of. */
export interface LoadedPolicy extends LayeredPolicy {
  readonly files: readonly LoadedFile[];
}

interface Broken {
  readonly kind: 'broken';
  readonly problems: readonly Problem[];
}

/** The files do not make a policy. The message has one line for each problem: file, line, column, rule, what to do. */
export class PolicyLoadError extends Error {
  override readonly name = 'PolicyLoadError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.slice(0, problemsShownMax).map(spellProblem).join('\n') + unshown(problems));
    this.problems = problems;
  }
}

const problemsShownMax = 20;
/** Part of the digest: raised when the same text comes to mean something else. */
const languageVersion = 1;

/**
 * Loads policy files as layers; their order does not matter. Without files everything is denied.
 * @throws {PolicyLoadError} if anything in any of them is wrong.
 */
export async function loadPolicy(
  files: readonly PolicyText[],
  settings: PolicySettings = { privateDirectories: [] },
): Promise<LoadedPolicy> {
  const read = await Promise.all(files.map(loadLayer));
  const loaded = read.flatMap((one) => (one.kind === 'loaded' ? [one] : []));
  const problems = [...read.flatMap((one) => (one.kind === 'broken' ? one.problems : [])), ...sameNames(loaded)];
  if (problems.length > 0) throw new PolicyLoadError(problems);
  const privateDirectories = await Promise.all(settings.privateDirectories.map(realDirectory));
  const policy = createPolicy(
    loaded.map(({ layer }) => layer),
    policyDigest(loaded.map(({ content }) => content)),
    privateDirectories,
  );
  return Object.freeze({ ...policy, files: loaded });
}

/** A directory that does not exist yet stays as it is written. */
const realDirectory = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

async function loadLayer({ path, text }: PolicyText): Promise<LoadedFile | Broken> {
  const read = readPolicyFile(path, text);
  if (read.kind === 'broken') return read;
  const { content, problemAt } = read;
  const rules: Rule[] = [];
  const problems: Problem[] = [...sameIds(content, problemAt)];
  const findDenier = findDenierIn(content);
  for (const [index, source] of content.rules.entries()) {
    const inRule: ProblemAt = (keys, what) => problemAt(['rules', index, ...keys], what);
    const compiled = compileRule(source, content.policy, inRule);
    if (compiled.kind === 'broken') {
      problems.push(...compiled.problems);
      continue;
    }
    problems.push(...(await exampleProblems(source, compiled.rule, inRule)));
    const unreachable = unreachableProblem(source, findDenier);
    if (unreachable !== undefined) problems.push(inRule([compiled.rule.verdict], unreachable));
    rules.push(compiled.rule);
  }
  if (problems.length > 0) return { kind: 'broken', problems };
  return { kind: 'loaded', path, text, content, problemAt, layer: layerOf(content, rules) };
}

/** The layer that a file makes with these rules. */
export const layerOf = (content: PolicyFile, rules: readonly Rule[]): Layer => ({
  policy: content.policy,
  applies: compileApplies(content.applies),
  rules,
  seesLabels: rules.some(({ seesLabels }) => seesLabels),
  opens: rules.some(({ verdict }) => verdict !== 'deny'),
});

function sameIds(content: PolicyFile, problemAt: ProblemAt): readonly Problem[] {
  const seen = new Set<string>();
  return content.rules.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [problemAt(['rules', index, 'id'], 'another rule in this file has the same id; give each its own')];
  });
}

function sameNames(loaded: readonly LoadedFile[]): readonly Problem[] {
  return loaded.flatMap(({ path, content }, index) => {
    const earlier = loaded.slice(0, index).find((other) => other.content.policy === content.policy);
    if (earlier === undefined) return [];
    const what = `\`${earlier.path}\` is named \`${content.policy}\` too; give each policy its own name, and load each file once`;
    return [{ path, line: 1, column: 1, rule: '', what }];
  });
}

/** Digest over the content of all layers, in an order of its own. */
function policyDigest(contents: readonly PolicyFile[]): string {
  const layers = contents
    .map(({ rules, ...rest }) => ({ ...rest, rules: [...rules].sort((a, b) => (a.id < b.id ? -1 : 1)) }))
    .sort((a, b) => (a.policy < b.policy ? -1 : 1));
  const content: Json = JSON.parse(JSON.stringify(layers));
  return digestOf({ language: languageVersion, layers: content });
}

function spellProblem({ path, line, column, rule, what }: Problem): string {
  const where = `\`${path}:${line}:${column}\``;
  return rule === '' ? `could not load ${where}: ${what}` : `could not load ${where}, rule \`${rule}\`: ${what}`;
}

const unshown = (problems: readonly Problem[]): string =>
  problems.length <= problemsShownMax ? '' : `\nand ${problems.length - problemsShownMax} more problems`;
