// What is wrong with a playbook, gathered so that one load names everything, each with its place in the file.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';

export type Path = readonly PropertyKey[];

/** A playbook that could not be loaded; the message has one `file:line:column: …` line for each problem. */
export class PlaybookError extends Error {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`could not load playbook \`${file}\`:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'PlaybookError';
    this.problems = problems;
  }
}

/** Gathers problems by their path in the YAML data. */
export class Problems {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #root: Node | null;
  readonly #found: { readonly offset: number; readonly message: string }[] = [];

  constructor(file: string, lines: LineCounter, root: Node | null) {
    this.#file = file;
    this.#lines = lines;
    this.#root = root;
  }

  get areNone(): boolean {
    return this.#found.length === 0;
  }

  /** A problem with the value at `path`; a path that is not in the file is reported at the nearest part that is. */
  add(path: Path, message: string): void {
    this.addAt(offsetOf(this.#root, path, false), message);
  }

  addAt(offset: number, message: string): void {
    this.#found.push({ offset, message });
  }

  /** Whatever the shape check found. */
  addIssues(issues: readonly z.core.$ZodIssue[], below: Path = []): void {
    for (const issue of issues) {
      const path = [...below, ...issue.path];
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          this.addAt(
            offsetOf(this.#root, [...path, key], true),
            `unknown key \`${key}\`${at(path)}; keys are listed in docs/playbook.md`,
          );
        }
      } else if (!isThere(this.#root, path)) {
        this.add(path, `key \`${String(path.at(-1))}\` is missing${at(path.slice(0, -1))}`);
      } else if (issue.code === 'invalid_union' && issue.errors.length > 0) {
        this.addIssues(closest(issue.errors), path);
      } else {
        this.add(path, `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}${at(path)}`);
      }
    }
  }

  /** @throws {PlaybookError} if there are any. */
  throwIfAny(): void {
    if (this.areNone) return;
    const sorted = this.#found.toSorted((one, other) => one.offset - other.offset);
    throw new PlaybookError(
      this.#file,
      sorted.map(({ offset, message }) => {
        const { line, col } = this.#lines.linePos(offset);
        return `${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`;
      }),
    );
  }
}

/** Text of a playbook as data, with the means to name places in it. No aliases, so that nothing can grow. */
export function readYaml(text: string, file: string): { readonly data: unknown; readonly problems: Problems } {
  const lines = new LineCounter();
  const document = parseYaml(text, file, lines);
  const problems = new Problems(file, lines, document.contents);
  for (const problem of [...document.errors, ...document.warnings]) problems.addAt(problem.pos[0], problem.message);
  problems.throwIfAny();
  try {
    return { data: document.toJS({ maxAliasCount: 0 }), problems };
  } catch (cause) {
    throw new PlaybookError(file, [
      `${file}:1:1: could not read the YAML: ${cause instanceof ReferenceError ? 'aliases are not allowed; write the value again' : String(cause)}`,
    ]);
  }
}

function parseYaml(text: string, file: string, lines: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  } catch {
    throw new PlaybookError(file, [`${file}:1:1: could not read the YAML: it is nested too deeply`]);
  }
}

/** The branch of a union that was probably meant: of the right type if any is, then the one with the fewest complaints. */
function closest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const fitting = branches.filter((issues) =>
    issues.every(({ code, path }) => code === 'unrecognized_keys' || path.length > 0),
  );
  return (fitting.length > 0 ? fitting : branches).reduce((best, branch) =>
    branch.length < best.length ? branch : best,
  );
}

const at = (path: Path): string => (path.length === 0 ? '' : ` in \`${spell(path)}\``);

const spell = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');

const isThere = (root: Node | null, path: Path): boolean => walk(root, path).depth === path.length;

function offsetOf(root: Node | null, path: Path, isKey: boolean): number {
  const found = walk(root, path);
  return isKey && found.depth === path.length ? found.keyOffset : found.offset;
}

function walk(
  root: Node | null,
  path: Path,
): { readonly depth: number; readonly offset: number; readonly keyOffset: number } {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  let keyOffset = offset;
  for (const [depth, step] of path.entries()) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return { depth, offset, keyOffset };
      keyOffset = startOf(pair.key) ?? offset;
      next = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      next = node.items[step];
    } else return { depth, offset, keyOffset };
    node = next;
    offset = startOf(node) ?? keyOffset;
  }
  return { depth: path.length, offset, keyOffset };
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return typeof node.range[0] === 'number' ? node.range[0] : undefined;
}
