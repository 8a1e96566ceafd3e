// From the text of one policy file to its data, or to problems that name file, line, column and rule.

import type { z } from 'zod';
import { readYaml, type YamlFault } from '../kernel/yaml/read-yaml.ts';
import { type PolicyFile, policyFileSchema } from './policy-schema.ts';

/** A position in a policy file and what is wrong there. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Id of the rule, or empty. */
  readonly rule: string;
  readonly what: string;
}

/** Where things stand in the text: from a path of keys to a problem at that place. */
export type ProblemAt = (keys: readonly PropertyKey[], what: string) => Problem;

export type ReadPolicyFile =
  | { readonly kind: 'read'; readonly content: PolicyFile; readonly problemAt: ProblemAt }
  | { readonly kind: 'broken'; readonly problems: readonly Problem[] };

const bounds = { bytesMax: 1_048_576, depthMax: 12 };

/** Reads and validates one policy file. */
export function readPolicyFile(path: string, text: string): ReadPolicyFile {
  const read = readYaml(text, bounds);
  if (read.kind === 'broken') {
    return { kind: 'broken', problems: read.faults.map((fault: YamlFault) => ({ path, rule: '', ...fault })) };
  }
  const { data, places } = read;
  const problemAt: ProblemAt = (keys, what) => {
    // The key of an entry is where the eye looks for it; what stands in a list has none.
    const place = typeof keys.at(-1) === 'number' ? places.ofValue(keys) : places.ofKey(keys);
    return { path, ...place, rule: ruleAt(data, keys), what };
  };
  const parsed = policyFileSchema.safeParse(data);
  if (!parsed.success) {
    return { kind: 'broken', problems: parsed.error.issues.flatMap((issue) => describe(issue, problemAt)) };
  }
  return { kind: 'read', content: parsed.data, problemAt };
}

function ruleAt(data: unknown, keys: readonly PropertyKey[]): string {
  const [top, index] = keys;
  if (top !== 'rules' || typeof index !== 'number' || !hasKey(data, 'rules') || !Array.isArray(data.rules)) return '';
  const rule: unknown = data.rules[index];
  if (hasKey(rule, 'id') && typeof rule.id === 'string') return rule.id.slice(0, 64);
  return `number ${index + 1}`;
}

const hasKey = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && key in value;

function describe(issue: z.core.$ZodIssue, problemAt: ProblemAt): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      problemAt([...issue.path, key], `unknown key \`${key}\`; remove it or correct its spelling`),
    );
  }
  const key = issue.path.length === 0 ? 'the file' : `\`${issue.path.filter((part) => part !== 'rules').join('.')}\``;
  return [problemAt(issue.path, `${key}: ${issue.message}`)];
}
