// Loads a playbook file, or says everything that is wrong with it.

import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readYaml } from '../../kernel/yaml/read-yaml.ts';
import { compile, scriptPathsOf } from './compile.ts';
import type { Playbook } from './playbook.ts';
import { PlaybookError, Problems } from './problems.ts';
import { playbookSchema } from './schema.ts';
import { readScriptFile, readText, type ScriptFile, skillFolderOf } from './script-files.ts';

const playbookBytesMax = 262_144;
/** Levels of lists and maps: arguments of a call may hold any JSON. */
const playbookDepthMax = 100;
const scriptBytesMax = 1_048_576;

/**
 * Loads, checks and compiles a playbook with the files it takes in.
 * @throws {PlaybookError} naming every problem as `file:line:column`.
 */
export async function loadPlaybook(path: string): Promise<Playbook> {
  const real = await realpath(path).catch(() => {
    throw new PlaybookError(path, [`${path}: there is no such file; give the path of a playbook`]);
  });
  const read = await readText(path, real, playbookBytesMax);
  if (read.kind === 'refused') throw new PlaybookError(path, [`${path}: ${read.because}`]);
  const yaml = readYaml(read.text, { bytesMax: playbookBytesMax, depthMax: playbookDepthMax });
  if (yaml.kind === 'broken') {
    const faults = yaml.faults.map(({ line, column, what }) => `${path}:${line}:${column}: ${what}`);
    throw new PlaybookError(path, faults);
  }
  const problems = new Problems(path, yaml.places);
  const checked = playbookSchema.safeParse(yaml.data);
  if (!checked.success) problems.addIssues(checked.error.issues);
  problems.throwIfAny();
  if (checked.data === undefined) throw new PlaybookError(path, [`${path}: it is empty`]);
  const files = await readScriptFiles(scriptPathsOf(checked.data), dirname(real));
  const playbook = compile(checked.data, files, problems);
  problems.throwIfAny();
  if (playbook === null) throw new PlaybookError(path, [`${path}: it has no turn to start with`]);
  return playbook;
}

async function readScriptFiles(paths: readonly string[], folder: string): Promise<ReadonlyMap<string, ScriptFile>> {
  const skillFolder = await skillFolderOf(folder);
  const files = new Map<string, ScriptFile>();
  for (const path of paths) files.set(path, await readScriptFile(path, folder, skillFolder, scriptBytesMax));
  return files;
}
