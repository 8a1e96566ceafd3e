// What understands and decides calls: the tools, the classifier, and the policy files of an agent.

import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../config.ts';
import type { Classifier, Policy } from '../kernel/ports.ts';
import type { Tool } from '../kernel/types.ts';
import { createClassifier } from '../policy/classify/classify.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { builtInTools } from '../sandbox/tools/index.ts';
import { UsageError } from './exit-codes.ts';

/** Understanding and deciding, without any sandbox. */
export interface Judge {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly classifier: Classifier;
  /** The policy of an agent; loaded once for each set of files. */
  policyFor(agent: string): Promise<Policy>;
}

const shippedDefault = fileURLToPath(new URL('../../policies/default.yaml', import.meta.url));

/**
 * The judge for a command. Files named on the command line replace the configured ones; several files are layers.
 * @throws {UsageError} if a file cannot be read, or the loader's error if it is not a policy.
 */
export async function openJudge(settings: Settings, named: readonly string[]): Promise<Judge> {
  const tools = builtInTools;
  const privateDirectories = [settings.home];
  const loaded = new Map<string, Promise<Policy>>();
  const policyFor = (agent: string): Promise<Policy> => {
    const { config } = settings;
    const configured = config.agents[agent]?.policies ?? config.policies ?? [shippedDefault];
    const files = named.length > 0 ? named : configured;
    const key = JSON.stringify(files);
    // A policy in the workspace is no file of the agent's: whoever writes it decides what the next command allows.
    const known =
      loaded.get(key) ??
      loadPolicy(files.map(readPolicy), { privateDirectories: [settings.home, ...files.flatMap(bothNames)] });
    loaded.set(key, known);
    return known;
  };
  return { tools, classifier: createClassifier({ tools, privateDirectories }), policyFor };
}

function readPolicy(path: string): { path: string; text: string } {
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new UsageError(`could not read the policy \`${path}\`: check the path`, { cause: error });
  }
}

/** A file as it was named and as it really is. */
const bothNames = (path: string): readonly string[] => [resolve(path), realpathSync(path)];
