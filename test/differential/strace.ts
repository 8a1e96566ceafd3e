// Reads what strace wrote about one command line: which programs were started, which files were opened or changed. Every
// text of the trace is in hexadecimal (`-xx`), so no file name can look like a part of a line.
//
// INVARIANT: a line that is not known fails. Evidence that was skipped in silence would prove nothing.

import { posix } from 'node:path';
import { type Call, readCalls, unknownLine } from './strace-calls.ts';

/** One thing that a process did: `list` is reading the names in a directory. Paths are absolute; of a file that was opened it is the path that the kernel arrived at. */
export type TraceEvent =
  | { readonly kind: 'fork'; readonly pid: number; readonly child: number }
  | { readonly kind: 'exec'; readonly pid: number; readonly path: string; readonly argv: readonly string[] }
  | { readonly kind: 'list'; readonly pid: number; readonly path: string }
  | {
      readonly kind: 'read' | 'write';
      readonly pid: number;
      readonly path: string;
      readonly succeeded: boolean;
      /** True if a symlink of this name stands for the file behind it; false if the name itself was changed. */
      readonly followsLast: boolean;
    };

/** What strace is asked to write, for `-e`. */
export const tracedCalls =
  'trace=execve,execveat,open,openat,openat2,creat,truncate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,' +
  'unlink,unlinkat,mkdir,mkdirat,rmdir,mknod,mknodat,chmod,fchmodat,chown,lchown,fchownat,utimensat,utime,utimes,' +
  'futimesat,clone,clone3,fork,vfork,chdir,fchdir,getdents64';

/**
 * Everything in a trace, in the order in which it began.
 * @throws {Error} naming the line that is not known.
 */
export function readTrace(trace: string): TraceEvent[] {
  const directories = new Map<number, string>();
  return readCalls(trace).flatMap((call) => readCall(call, directories));
}

/** Reads one call. `directories` holds where each process is; the first call of a program says so. */
function readCall(call: Call, directories: Map<number, string>): TraceEvent[] {
  const { pid, name, args, result } = call;
  const succeeded = /^\d/.test(result);
  const here = /AT_FDCWD<([^>]*)>/.exec(args)?.[1];
  if (here !== undefined) directories.set(pid, decode(here));
  const directory = directories.get(pid);
  switch (name) {
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      if (!succeeded) return [];
      if (directory !== undefined) directories.set(Number(result), directory);
      return [{ kind: 'fork', pid, child: Number(result) }];
    case 'execve':
      // A program that is not there: the shell looks in the next directory of `PATH`.
      return succeeded ? [{ kind: 'exec', pid, ...readExec(call) }] : [];
    case 'chdir':
    case 'fchdir':
      for (const path of succeeded ? pathsOf(call, directory) : []) directories.set(pid, path);
      return [];
    case 'getdents64':
      return pathsOf(call, directory).map((path) => ({ kind: 'list', pid, path }));
    case 'open':
    case 'openat':
      return readOpen(call, directory, succeeded);
    case 'mkdir':
    case 'mkdirat':
      // Asking for what is there changes nothing, now or later.
      if (call.error === 'EEXIST') return [];
      return namesChanged(call, directory, succeeded);
    default:
      return namesChanged(call, directory, succeeded);
  }
}

function namesChanged(call: Call, directory: string | undefined, succeeded: boolean): TraceEvent[] {
  const { pid, name, args } = call;
  const followsLast = !changesNames.test(name) && !args.includes('AT_SYMLINK_NOFOLLOW');
  return pathsOf(call, directory).map((path) => ({ kind: 'write', pid, path, succeeded, followsLast }));
}

const hex = String.raw`"((?:\\x[0-9a-f]{2})*)"`;

function readExec(call: Call): { readonly path: string; readonly argv: readonly string[] } {
  const found = new RegExp(String.raw`^${hex}, \[(.*)\], 0x[0-9a-f]+ /\* \d+ vars? \*/$`).exec(call.args);
  const words = found?.[2] ?? '';
  if (found === null || !new RegExp(`^(?:${hex}(?:, ${hex})*)?$`).test(words)) throw unknownLine(call.line);
  const argv = [...words.matchAll(new RegExp(hex, 'g'))].map((word) => decode(word[1] ?? ''));
  return { path: decode(found[1] ?? ''), argv };
}

function readOpen(call: Call, directory: string | undefined, succeeded: boolean): TraceEvent[] {
  const { pid, args, result, line } = call;
  const [asked] = pathsOf(call, directory);
  const names = / (O_[A-Z_|]+)(?:,|$)/.exec(args)?.[1]?.split('|');
  const opened = /^\d+<([^>]*)>$/.exec(result)?.[1];
  if (asked === undefined || names === undefined || (succeeded && opened === undefined)) throw unknownLine(line);
  // What is done with a directory is another call.
  if (names.includes('O_PATH') || names.includes('O_DIRECTORY')) return [];
  const path = opened === undefined ? asked : decode(opened);
  const event = { pid, path, succeeded, followsLast: true };
  const isWrite = names.some((flag) => /^O_(?:WRONLY|RDWR|CREAT|TRUNC|TMPFILE)$/.test(flag));
  const isRead = !names.includes('O_WRONLY');
  return [
    ...(isRead ? [{ ...event, kind: 'read' as const }] : []),
    ...(isWrite ? [{ ...event, kind: 'write' as const }] : []),
  ];
}

/** What a call takes: a path (`path`), one that follows its directory (`at`), a descriptor, or something else. */
type Argument = 'path' | 'at' | 'descriptor' | 'other';

/** Calls that make, rename or remove a name, whatever it stands for. */
const changesNames = /^(?:rename|link|symlink|unlink|mkdir|rmdir|mknod|lchown)/;

const path: readonly Argument[] = ['path'];
const at: readonly Argument[] = ['at'];
const signatures: ReadonlyMap<string, readonly Argument[]> = new Map<string, readonly Argument[]>([
  ...[
    'open',
    'creat',
    'truncate',
    'unlink',
    'mkdir',
    'rmdir',
    'mknod',
    'chmod',
    'chown',
    'lchown',
    'utime',
    'utimes',
  ].map((name): [string, readonly Argument[]] => [name, path]),
  ...['openat', 'unlinkat', 'mkdirat', 'mknodat', 'fchmodat', 'fchownat', 'utimensat', 'futimesat'].map(
    (name): [string, readonly Argument[]] => [name, at],
  ),
  ['chdir', path],
  ['fchdir', ['descriptor']],
  ['getdents64', ['descriptor']],
  ['rename', ['path', 'path']],
  ['renameat', ['at', 'at']],
  ['renameat2', ['at', 'at']],
  // What a link leads to is not changed by making it.
  ['link', ['other', 'path']],
  ['linkat', ['other', 'other', 'at']],
  ['symlink', ['other', 'path']],
  ['symlinkat', ['other', 'at']],
]);

/** The paths that a call is about. A call that is not in the table is not known. */
function pathsOf({ name, args, line }: Call, directory: string | undefined): string[] {
  const signature = signatures.get(name);
  if (signature === undefined) throw unknownLine(line);
  const words = args.split(', ');
  return signature.flatMap((argument) => {
    const word = words.shift() ?? '';
    if (argument === 'other') return [];
    const from = argument === 'path' ? directory : decode(/^(?:AT_FDCWD|\d+)<([^>]*)>$/.exec(word)?.[1] ?? '');
    if (from === undefined || from === '') throw unknownLine(line);
    if (argument === 'descriptor') return [from];
    const next = argument === 'path' ? word : words.shift();
    const name = new RegExp(`^${hex}$`).exec(next ?? '')?.[1];
    // `NULL` means the descriptor itself.
    if (name === undefined && next !== 'NULL') throw unknownLine(line);
    return [posix.resolve(from, decode(name ?? ''))];
  });
}

const decode = (text: string): string => Buffer.from(text.replaceAll('\\x', ''), 'hex').toString('utf8');
