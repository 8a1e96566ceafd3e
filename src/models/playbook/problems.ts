// What is wrong with a playbook, gathered so that one load names everything, each with its place in the file.

import type { LineCounter, Node } from 'yaml';
import type { z } from 'zod';
import { isThere, keyOffsetOf, offsetOf, type Path } from './yaml-places.ts';

/** A playbook that could not be loaded; the message has one `file:line:column: …` line for each problem. */
export class PlaybookError extends Error {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`could not load playbook \`${file}\`:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'PlaybookError';
    this.problems = problems;
  }
}

/** More than a person reads at once. */
const shownMax = 20;

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
    this.addAt(offsetOf(this.#root, path), message);
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
            keyOffsetOf(this.#root, [...path, key]),
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
    const shown = sorted.slice(0, shownMax).map(({ offset, message }) => {
      const { line, col } = this.#lines.linePos(offset);
      return `${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`;
    });
    const rest = sorted.length - shown.length;
    throw new PlaybookError(this.#file, rest > 0 ? [...shown, `and ${rest} more`] : shown);
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
