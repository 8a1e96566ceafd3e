// Changes `config.yaml` for somebody who typed a command: in the document, so that comments and order stay; checked like the
// file at every start; on record in `logs/config-audit.jsonl` before it counts; replaced as a whole.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { ConfigError } from '../config-error.ts';
import { parseConfig } from '../config-file.ts';
import { makePrivateDirectory } from './private-directory.ts';

/** One place of the configuration, and what it shall be; null takes it away. */
export interface ConfigChange {
  readonly path: readonly string[];
  readonly value: string | readonly string[] | { readonly [key: string]: string | readonly string[] } | null;
}

/**
 * Makes the changes; `now` is in milliseconds since the epoch.
 * @throws {ConfigError} if the file cannot be read, or does not load with them; then nothing is changed.
 */
export async function editConfig(home: string, changes: readonly ConfigChange[], now: number): Promise<void> {
  makePrivateDirectory(home);
  const path = join(home, 'config.yaml');
  const before = textOf(path);
  const document = parseDocument(before);
  const [broken] = document.errors;
  if (broken) throw new ConfigError(`could not read \`${path}\`: ${broken.message}`);
  const made = changes.map((change) => ({ key: change.path.join('.'), ...changed(document, change) }));
  const after = document.toString();
  parseConfig(after, path);
  await writeAudit(home, {
    at: new Date(now).toISOString(),
    by: userInfo().username,
    path,
    changes: made,
    before: digestOf(before),
    after: digestOf(after),
  });
  if (textOf(path) !== before)
    throw new ConfigError(`could not change \`${path}\`: somebody changed it at the same time; try again`);
  await replace(path, after);
}

function changed(
  document: Document,
  { path, value }: ConfigChange,
): { readonly before: unknown; readonly after: unknown } {
  const found: unknown = document.getIn(path);
  const before = plain(found);
  if (value === null) document.deleteIn(path);
  // A text goes into the node that is there: what is remarked beside it stays.
  else document.setIn(path, typeof value === 'string' ? value : document.createNode(value));
  return { before, after: value };
}

/** What stands at a place, as data. */
const plain = (found: unknown): unknown => (found === undefined ? null : JSON.parse(JSON.stringify(found)));

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;

async function writeAudit(home: string, line: object): Promise<void> {
  const logs = join(home, 'logs');
  makePrivateDirectory(logs);
  const file = await open(join(logs, 'config-audit.jsonl'), 'a', 0o600);
  try {
    await file.appendFile(`${JSON.stringify(line)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
