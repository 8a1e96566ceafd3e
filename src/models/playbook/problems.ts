// What is wrong with a playbook, gathered so that one load names everything, each with its place in the file.

import type { z } from 'zod';
import type { Place, YamlPlaces } from '../../kernel/yaml/read-yaml.ts';
import type { Path } from '../../kernel/yaml/yaml-places.ts';

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
  readonly #places: YamlPlaces;
  readonly #found: (Place & { readonly message: string })[] = [];

  constructor(file: string, places: YamlPlaces) {
    this.#file = file;
    this.#places = places;
  }

  get areNone(): boolean {
    return this.#found.length === 0;
  }

  /** A problem with the value at `path`; a path that is not in the file is reported at the nearest part that is. */
  add(path: Path, message: string): void {
    this.#addAt(this.#places.ofValue(path), message);
  }

  #addAt(place: Place, message: string): void {
    this.#found.push({ ...place, message });
  }

  /** Whatever the shape check found. */
  addIssues(issues: readonly z.core.$ZodIssue[], below: Path = []): void {
    for (const issue of issues) {
      const path = [...below, ...issue.path];
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          this.#addAt(
            this.#places.ofKey([...path, key]),
            `unknown key \`${key}\`${at(path)}; keys are listed in docs/playbook.md`,
          );
        }
      } else if (!this.#places.isThere(path)) {
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
    const sorted = this.#found.toSorted((one, other) => one.line - other.line || one.column - other.column);
    const shown = sorted
      .slice(0, shownMax)
      .map(({ line, column, message }) => `${this.#file}:${line}:${column}: ${message}`);
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
