// Playbooks for tests, from their YAML, in a folder of their own.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import type { CallResult, Message } from '../../../src/kernel/types.ts';
import { loadPlaybook } from '../../../src/models/playbook/load-playbook.ts';
import type { Playbook } from '../../../src/models/playbook/playbook.ts';

/** Writes files into a new folder, which is gone when the test is over. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await makeFolder(files);
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-playbook-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Loads `playbook.yaml` with the given text. */
export async function playbookFrom(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<Playbook> {
  const folder = await makeFolder({ ...files, 'playbook.yaml': yaml });
  try {
    return await loadPlaybook(join(folder, 'playbook.yaml'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The problems of a playbook that does not load, without the folder in front. */
export async function problemsOf(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const folder = await makeFolder({ ...files, 'playbook.yaml': yaml });
  try {
    await loadPlaybook(join(folder, 'playbook.yaml'));
  } catch (error) {
    if (error instanceof Error && 'problems' in error && Array.isArray(error.problems)) {
      return error.problems.map((problem) => String(problem).replaceAll(`${folder}/`, ''));
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
  return [];
}

/** A result as the passage gives it. */
export function resultOf(outcome: CallResult['outcome'], output: string, because = ''): CallResult {
  return {
    outcome,
    output,
    because,
    effects: [],
    grants: noGrants,
    digest: `sha256:${'0'.repeat(64)}`,
    verdict: outcome === 'refused' ? 'deny' : 'allow',
    rules: [],
    labels: [],
    edit: null,
    ms: { classify: 0, decide: 0, approve: 0, record: 0, execute: 0 },
  };
}

export const asked: Message = { role: 'user', text: 'begin' };
