// What kernels left on this machine, seen from outside: containers, processes, mounts, directories, temporary files, notes,
// and files in the workspace that no call was to make.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Docker from 'dockerode';
import { usualRuntimeDirectory } from '../../src/sandbox/container/runtime-directory.ts';
import { usualDockerSocket } from '../../src/sandbox/container.ts';
import type { PlannedCall } from './planned-calls.ts';
import { processesOf } from './processes.ts';
import type { SoakPlace } from './soak-place.ts';

/** A line for each thing that is left of kernels that had these process ids; none of them runs any more. */
export async function leftovers(place: SoakPlace, pids: readonly number[]): Promise<readonly string[]> {
  const containers = await new Docker({ socketPath: usualDockerSocket }).listContainers({
    all: true,
    filters: JSON.stringify({ label: ['sallyport.instance'] }),
  });
  const isOurs = (instance: string) => pids.includes(pidOf(instance));
  const directories = entriesOf(usualRuntimeDirectory(process.getuid?.() ?? 0)).filter((name) =>
    isOurs(Buffer.from(name, 'base64url').toString()),
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(place.root) || directories.some((name) => line.includes(name)));
  return [
    ...containers
      .filter(({ Labels }) => isOurs(Labels['sallyport.instance'] ?? ''))
      .map(({ Names, State }) => `the container ${Names[0]} (${State})`),
    ...processesOf(place.root).map(({ pid, words }) => `the process ${pid}: ${words.join(' ')}`),
    ...directories.map((name) => `the runtime directory ${name}`),
    ...mounts.map((line) => `the mount ${line}`),
    ...entriesOf(place.temporary).map((name) => `the temporary file ${name}`),
    ...droppedPreviews(join(place.home, 'previews')).map((name) => `the preview ${name}`),
    ...entriesOf(join(place.home, 'unfinished')).map((name) => `the note of unfinished files ${name}`),
  ];
}

/** What the workspace holds and no call was to leave there: files, and lines in the files that calls share. */
export function strays(place: SoakPlace, calls: readonly PlannedCall[]): readonly string[] {
  const traces = calls.flatMap(({ trace }) => (trace === null ? [] : [trace]));
  const files = new Set([...Object.keys(place.files), ...traces.map(({ file }) => file)]);
  const lines = new Set(traces.map((trace) => (trace.kind === 'line' ? `${trace.file}: ${trace.line}` : '')));
  const found = readdirSync(place.workspace, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(place.workspace, join(entry.parentPath, entry.name)));
  const shared = new Set(traces.flatMap(({ kind, file }) => (kind === 'line' ? [file] : [])));
  const foundLines = [...shared].flatMap((file) => {
    const before = new Set(place.files[file]?.split('\n'));
    const now = readFileSync(join(place.workspace, file), 'utf8').split('\n');
    return now.filter((line) => !before.has(line)).map((line) => `${file}: ${line}`);
  });
  return [
    ...found.filter((path) => !files.has(path)).map((path) => `the stray file ${path}`),
    ...foundLines.filter((line) => !lines.has(line)).map((line) => `the stray line ${line}`),
  ];
}

/** Previews that nobody needs: one that was being put in place is kept for whoever looks into its unknown end. */
const droppedPreviews = (directory: string): readonly string[] =>
  entriesOf(directory).filter((name) => !entriesOf(join(directory, name)).includes('commit-began'));

function pidOf(instance: string): number {
  try {
    return Number(JSON.parse(instance).pid);
  } catch {
    return 0;
  }
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
