// What understands and decides calls: the tools, the classifier, and the policy files of an agent.

import type { Settings } from '../config.ts';
import type { Classifier } from '../kernel/ports.ts';
import type { Tool } from '../kernel/types.ts';
import { createClassifier } from '../policy/classify/classify.ts';
import type { LoadedPolicy } from '../policy/load-policy.ts';
import { openTools } from './open-tools.ts';
import { loadPolicyFiles, policyFilesOf, readPolicyFiles } from './policy-files.ts';

/** Understanding and deciding, without any sandbox. */
export interface Judge {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly classifier: Classifier;
  /**
   * The policy of an agent; loaded once for each set of files.
   * @throws {UsageError} if a file cannot be read, or the loader's error if it is not a policy.
   */
  policyFor(agent: string): Promise<LoadedPolicy>;
}

/** The judge for a command, under the named policy files or the configured ones. */
export async function openJudge(settings: Settings, named: readonly string[]): Promise<Judge> {
  const tools = openTools(settings);
  const privateDirectories = [settings.home];
  const loaded = new Map<string, Promise<LoadedPolicy>>();
  const policyFor = (agent: string): Promise<LoadedPolicy> => {
    const files = policyFilesOf(settings, agent, named);
    const key = JSON.stringify(files);
    const known = loaded.get(key) ?? readPolicyFiles(files).then((texts) => loadPolicyFiles(texts, settings.home));
    loaded.set(key, known);
    return known;
  };
  return { tools, classifier: createClassifier({ tools, privateDirectories }), policyFor };
}
