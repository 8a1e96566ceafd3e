// One container of the sandbox image in which bash runs command lines under strace, one after another, each in a fresh copy
// of a workspace. strace comes from this machine, with the libraries it needs: the image has none, and shall have none.

import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { agentIdentity } from '../../src/sandbox/container/identity.ts';
import { environment } from '../../src/sandbox/container/settings.ts';
import { readTrace, type TraceEvent, tracedCalls } from './strace.ts';

/** What one line really did. */
export interface Watched {
  readonly events: readonly TraceEvent[];
  readonly output: string;
  readonly status: number;
}

/** Runs lines; `close` leaves nothing behind. */
export interface WatchedContainer {
  run(line: string): Promise<Watched>;
  close(): Promise<void>;
}

/** By this label a leftover of this container is found. */
export const label = 'sallyport-test.differential';

// `timeout` is the first program of a trace and bash the second. The line never passes through a shell word of this script.
const driver = `
shopt -s dotglob
while IFS= read -r id; do
  rm -rf /workspace/* /tmp/*
  cp -a /watch/template/. /workspace/
  IFS= read -r -d '' line < "/watch/$id.line"
  cd /workspace
  /watch/strace/ld.so --library-path /watch/strace /watch/strace/strace -f -qq -y -xx -s 1000000 --seccomp-bpf \\
    -e ${tracedCalls} -e signal=none -o "/watch/$id.trace" \\
    /usr/bin/env -i ${environment.join(' ')} /usr/bin/timeout 10 /bin/bash --noprofile --norc -c "$line" \\
    < /dev/null > "/watch/$id.out" 2> "/watch/$id.err"
  printf '%s %s\\n' "$id" "$?"
done
`;

/** Programs that start the line in every trace: `env`, `timeout`, `bash`. */
export const startersCount = 3;

/**
 * Starts the container with a copy of `workspace`. `programs` are put into `/usr/local/bin`, by name; `/srv/secret.txt` is a
 * file outside.
 */
export function watchedContainer(workspace: string, programs: Readonly<Record<string, string>>): WatchedContainer {
  const name = `sallyport-differential-${randomUUID()}`;
  const shared = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-watch-')));
  const kernel = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const inside = kernel.uid === 0 ? agentIdentity : kernel;
  chmodSync(shared, 0o777);
  execFileSync('cp', ['-a', workspace, join(shared, 'template')]);
  chmodSync(join(shared, 'template'), 0o755);
  copyStrace(join(shared, 'strace'));
  for (const directory of ['bin', 'outside', 'workspace']) mkdirSync(join(shared, directory));
  chmodSync(join(shared, 'workspace'), 0o777);
  writeFileSync(join(shared, 'outside/secret.txt'), 'secret\n');
  for (const [program, text] of Object.entries(programs))
    writeFileSync(join(shared, 'bin', program), text, { mode: 0o755 });
  writeFileSync(join(shared, 'driver.sh'), driver);
  const options = [
    `--name=${name}`,
    `--label=${label}`,
    `--user=${inside.uid}:${inside.gid}`,
    '--rm',
    '--interactive',
    '--init',
    '--network=none',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges:true',
    '--pids-limit=256',
    '--memory=512m',
    '--tmpfs=/tmp:exec,mode=1777',
    `--volume=${shared}:/watch`,
    `--volume=${join(shared, 'bin')}:/usr/local/bin:ro`,
    `--volume=${join(shared, 'outside')}:/srv:ro`,
    `--volume=${join(shared, 'workspace')}:/workspace`,
  ];
  const child = spawn('docker', ['run', ...options, 'sallyport-sandbox:latest', '/bin/bash', '/watch/driver.sh'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += String(data);
  });
  const waiting = new Map<string, { resolve(status: number): void; reject(error: Error): void }>();
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      for (const { reject } of waiting.values()) reject(new Error(`the watched container has ended: ${said}`));
      resolve();
    });
  });
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [id = '', status] = line.split(' ');
    waiting.get(id)?.resolve(Number(status));
    waiting.delete(id);
  });
  let count = 0;

  const run = async (line: string): Promise<Watched> => {
    const id = String(++count);
    const file = (end: string): string => join(shared, `${id}.${end}`);
    writeFileSync(file('line'), line);
    if (child.exitCode !== null) throw new Error(`the watched container has ended: ${said}`);
    const status = await new Promise<number>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.stdin.write(`${id}\n`);
    });
    const [trace, output, errors] = ['trace', 'out', 'err'].map((end) => readFileSync(file(end), 'utf8'));
    for (const end of ['line', 'trace', 'out', 'err']) rmSync(file(end));
    if (status === 124) throw new Error(`the line did not end: \`${line}\``);
    const events = readTrace(trace ?? '');
    if (events.filter(({ kind }) => kind === 'exec').length < startersCount) {
      throw new Error(`strace saw nothing of \`${line}\`: ${errors}`);
    }
    return { events, output: output ?? '', status };
  };
  return {
    run,
    close: async () => {
      child.stdin.end();
      execFileSync('docker', ['rm', '--force', name], { stdio: 'ignore' });
      await ended;
      rmSync(shared, { recursive: true });
    },
  };
}

/** Puts strace, its libraries and their loader into one directory. */
function copyStrace(directory: string): void {
  mkdirSync(directory);
  const path = execFileSync('sh', ['-c', 'command -v strace'], { encoding: 'utf8' }).trim();
  copyFileSync(path, join(directory, 'strace'));
  for (const line of execFileSync('ldd', [path], { encoding: 'utf8' }).split('\n')) {
    const library = /(\/\S+) \(0x/.exec(line)?.[1];
    if (library === undefined) continue;
    copyFileSync(library, join(directory, basename(library).startsWith('ld-') ? 'ld.so' : basename(library)));
  }
  for (const file of ['strace', 'ld.so']) chmodSync(join(directory, file), 0o755);
}
