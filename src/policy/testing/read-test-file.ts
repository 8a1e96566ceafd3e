// From the text of a `*.test.yaml` file to its data, or to everything that is wrong with it.

import { readYaml, type YamlPlaces } from '../../kernel/yaml/read-yaml.ts';
import { TestFileError, type TestProblem } from './problem.ts';
import { type TestFile, testFileSchema } from './test-schema.ts';

/** A test file as written, with the places of its parts. */
export interface ReadTestFile {
  readonly path: string;
  readonly content: TestFile;
  readonly places: YamlPlaces;
}

const bounds = { bytesMax: 1_048_576, depthMax: 30 };

/**
 * Reads and validates one test file.
 * @throws {TestFileError} naming every problem with its place.
 */
export function readTestFile(path: string, text: string): ReadTestFile {
  const read = readYaml(text, bounds);
  if (read.kind === 'broken') throw new TestFileError(read.faults.map((fault) => ({ path, ...fault })));
  const parsed = testFileSchema.safeParse(read.data);
  if (parsed.success) return { path, content: parsed.data, places: read.places };
  const problems = parsed.error.issues.flatMap((issue): readonly TestProblem[] => {
    if (issue.code !== 'unrecognized_keys') {
      const missing = read.places.isThere(issue.path) ? '' : `\`${String(issue.path.at(-1))}\` is missing: `;
      return [{ path, ...read.places.ofValue(issue.path), what: `${missing}${lowered(issue.message)}` }];
    }
    return issue.keys.map((key) => ({
      path,
      ...read.places.ofKey([...issue.path, key]),
      what: `unknown key \`${key}\`; remove it or correct its spelling`,
    }));
  });
  throw new TestFileError(problems);
}

const lowered = (message: string): string => `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
