import { expect, test } from 'vitest';
import { readTrace } from './strace.ts';

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const word = (text: string): string => `"${hex(text)}"`;
const cwd = `AT_FDCWD<${hex('/workspace')}>`;
const libc = `7 openat(${cwd}, ${word('/lib/libc.so')}, O_RDONLY|O_CLOEXEC) = 3<${hex('/lib/libc.so')}>`;

test.each([
  ['text', 'garbage'],
  ['a call that is not known', `7 bind(${word('x')}) = 0`],
  ['a word that is not in hexadecimal', `7 execve("/bin/ls", ["ls"], 0x5 /* 2 vars */) = 0`],
  ['words that were cut off', `7 execve(${word('/bin/ls')}, [${word('ls')}, ...], 0x5 /* 2 vars */) = 0`],
  ['a path that was cut off', `7 openat(${cwd}, ${word('a')}..., O_RDONLY) = 3<${hex('/a')}>`],
  ['a descriptor without its path', `7 openat(${cwd}, ${word('a')}, O_RDONLY) = 3`],
  ['a relative path of which nobody knows where it begins', `7 unlink(${word('a')}) = 0`],
  ['an end without its beginning', '7 <... openat resumed>) = 3'],
  ['half a line', `7 openat(${cwd}, `],
])('%s is not passed over', (_what, line) => {
  expect(() => readTrace(line)).toThrow('could not read a line of the trace');
});

test('a program is known by its path and its words, whatever they hold', () => {
  const trace = `7 execve(${word('/usr/bin/ls')}, [${word('ls')}, ${word('a", "b')}, ""], 0x5 /* 1 var */) = 0`;
  expect(readTrace(trace)).toEqual([{ kind: 'exec', pid: 7, path: '/usr/bin/ls', argv: ['ls', 'a", "b', ''] }]);
});

test('a program that was looked for and not found did not run', () => {
  const trace = `7 execve(${word('/bin/x')}, [${word('x')}], 0x5 /* 2 vars */) = -1 ENOENT (No such file or directory)`;
  expect(readTrace(trace)).toEqual([]);
});

test('an opened file is the one that the kernel arrived at', () => {
  const opened = (flags: string) =>
    readTrace(`7 openat(${cwd}, ${word('link')}, ${flags}) = 3<${hex('/srv/x')}>`).map(({ kind }) => kind);
  expect(opened('O_RDONLY|O_CLOEXEC')).toEqual(['read']);
  expect(opened('O_WRONLY|O_CREAT|O_TRUNC, 0666')).toEqual(['write']);
  expect(opened('O_RDWR')).toEqual(['read', 'write']);
  expect(opened('O_RDONLY|O_CREAT, 0600')).toEqual(['read', 'write']);
  expect(opened('O_RDONLY|O_DIRECTORY')).toEqual([]);
  expect(readTrace(`7 openat(${cwd}, ${word('link')}, O_WRONLY) = 3<${hex('/srv/x')}>`)).toMatchObject([
    { path: '/srv/x', succeeded: true },
  ]);
});

test('a write that failed is a write', () => {
  const trace = `7 openat(${cwd}, ${word('../x')}, O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)`;
  expect(readTrace(trace)).toMatchObject([{ kind: 'write', path: '/x', succeeded: false }]);
});

test('a name is changed without what it stands for, a file with it', () => {
  const paths = (line: string) =>
    readTrace(`${libc}\n7 ${line}`).flatMap((event) =>
      event.kind === 'write' ? [[event.path, event.followsLast]] : [],
    );
  expect(paths(`unlink(${word('a')}) = 0`)).toEqual([['/workspace/a', false]]);
  expect(paths(`rename(${word('a')}, ${word('/tmp/b')}) = 0`)).toEqual([
    ['/workspace/a', false],
    ['/tmp/b', false],
  ]);
  expect(paths(`symlinkat(${word('../secret')}, ${cwd}, ${word('l')}) = 0`)).toEqual([['/workspace/l', false]]);
  expect(paths(`linkat(${cwd}, ${word('a')}, 4<${hex('/tmp')}>, ${word('b')}, 0) = 0`)).toEqual([['/tmp/b', false]]);
  expect(paths(`chmod(${word('l')}, 0600) = 0`)).toEqual([['/workspace/l', true]]);
  expect(paths(`utimensat(0<${hex('/workspace/b')}>, NULL, [UTIME_OMIT, UTIME_NOW], 0) = 0`)).toEqual([
    ['/workspace/b', true],
  ]);
});

test('where a process is goes to its children, and changes with chdir', () => {
  const trace = [
    libc,
    `7 chdir(${word('sub')}) = 0`,
    '7 clone(child_stack=NULL, flags=SIGCHLD) = 8',
    `8 mkdir(${word('x')}, 0777) = 0`,
    `7 fchdir(3<${hex('/tmp')}>) = 0`,
    `7 mkdir(${word('y')}, 0777) = -1 EACCES (Permission denied)`,
    `7 mkdir(${word('there')}, 0777) = -1 EEXIST (File exists)`,
  ].join('\n');
  expect(readTrace(trace)).toMatchObject([
    { kind: 'read' },
    { kind: 'fork', pid: 7, child: 8 },
    { kind: 'write', pid: 8, path: '/workspace/sub/x', succeeded: true },
    { kind: 'write', pid: 7, path: '/tmp/y', succeeded: false },
  ]);
});

test('a call that others interrupted is put together where it began', () => {
  const trace = [
    '7 vfork( <unfinished ...>',
    `8 execve(${word('/bin/ls')}, [${word('ls')}], 0x5 /* 2 vars */ <unfinished ...>`,
    '7 <... vfork resumed>) = 8',
    '8 <... execve resumed>) = 0',
    `8 getdents64(3<${hex('/workspace')}>,  <unfinished ...>`,
    `9 unlinkat(${cwd}, ${word('a')}, 0 <unfinished ...>`,
    '8 <... getdents64 resumed>0x55 /* 5 entries */, 32768) = 144',
    '8 +++ exited with 0 +++',
    '9 +++ killed by SIGKILL +++',
  ].join('\n');
  expect(readTrace(trace)).toEqual([
    { kind: 'fork', pid: 7, child: 8 },
    { kind: 'exec', pid: 8, path: '/bin/ls', argv: ['ls'] },
    { kind: 'list', pid: 8, path: '/workspace' },
  ]);
});
