// From the text of one policy file to its data, or to problems that name file, line and column. YAML's own cleverness
// (aliases, tags, merge keys, several documents) is refused: a rule must be what it looks like.

import { isAlias, isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
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

const fileBytesMax = 1_048_576;
const depthMax = 12;

/** Reads and validates one policy file. */
export function readPolicyFile(path: string, text: string): ReadPolicyFile {
  const lines = new LineCounter();
  const problem = (offset: number, rule: string, what: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(line, 1), column: Math.max(col, 1), rule, what };
  };
  const broken = (problems: readonly Problem[]): ReadPolicyFile => ({ kind: 'broken', problems });
  if (Buffer.byteLength(text) > fileBytesMax)
    return broken([problem(0, '', `the file is larger than ${fileBytesMax} bytes; split it`)]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    return broken(faults.slice(0, 20).map((fault) => problem(fault.pos[0], '', yamlFault(fault.message))));
  const unwanted: Problem[] = [];
  visit(document, {
    Node(_key, node, ancestors) {
      const what = unwantedIn(node, ancestors.length);
      if (what === undefined) return undefined;
      unwanted.push(problem(node.range?.[0] ?? 0, '', what));
      return visit.BREAK;
    },
  });
  if (unwanted.length > 0) return broken(unwanted);

  const data: unknown = document.toJS({ maxAliasCount: 0 });
  const problemAt: ProblemAt = (keys, what) => problem(offsetOf(document.contents, keys), ruleAt(data, keys), what);
  const parsed = policyFileSchema.safeParse(data);
  if (!parsed.success) return broken(parsed.error.issues.flatMap((issue) => describe(issue, problemAt)));
  return { kind: 'read', content: parsed.data, problemAt };
}

const yamlFault = (message: string): string =>
  message.includes('call stack') ? 'the file is nested too deeply' : `not valid YAML: ${message}`;

function unwantedIn(node: Node, depth: number): string | undefined {
  if (isAlias(node)) return 'aliases (`*name`) are not read; write the value out';
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined)
    return 'anchors (`&name`) are not read; remove it';
  if (node.tag?.startsWith('!') === true) return `the tag \`${node.tag}\` is not read; remove it`;
  if (depth > depthMax * 2) return 'the file is nested too deeply';
  return undefined;
}

function offsetOf(root: unknown, keys: readonly PropertyKey[]): number {
  let node = root;
  let offset = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) break;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isCollection(node) && typeof key === 'number') {
      node = node.items[key];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else break;
  }
  return offset;
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
