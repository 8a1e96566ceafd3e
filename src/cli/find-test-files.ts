// Which test files a person means: files by name, folders with all below them, or nothing at all for those beside the
// policies in use.

import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { UsageError } from './exit-codes.ts';

const ending = '.test.yaml';

/**
 * The test files among `named`, sorted; without names those beside `policies`. What lies below the current directory is
 * spelled from there, as code hosts want it in reports.
 * @throws {UsageError} if a name is no file or folder, or there is no test file.
 */
export function findTestFiles(named: readonly string[], policies: readonly string[]): readonly string[] {
  const found =
    named.length > 0
      ? named.flatMap(filesAt)
      : [...new Set(policies.map((policy) => dirname(policy)))].flatMap((folder) => testsIn(folder, false));
  const files = [...new Set(found.map(fromHere))].sort();
  if (files.length > 0) return files;
  const where = named.length > 0 ? `\`${named.join('`, `')}\`` : 'the folders of the policies in use';
  throw new UsageError(`could not find a \`*${ending}\` file in ${where}; write one, see docs/policy.md, or name it`);
}

function filesAt(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`could not find \`${path}\`: give a test file, or a folder with some`);
  return found.isDirectory() ? testsIn(path, true) : [path];
}

/** The test files in a folder; with `isDeep` also those in folders below it. */
export function testsIn(folder: string, isDeep: boolean): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith(ending) ? [path] : [];
    const isSkipped = !entry.isDirectory() || entry.name === 'node_modules' || entry.name === '.git';
    return isDeep && !isSkipped ? testsIn(path, true) : [];
  });
}

function fromHere(path: string): string {
  const short = relative('.', path);
  return short === '' || short.startsWith('..') ? path : short;
}
