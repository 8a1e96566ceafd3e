// Which allows mean anything at all, although they look like something. They stop the load, and the message says what to
// write instead. This is a net for honest mistakes: a rule that passes here may still be a bad idea.

import { compileHostPattern } from '../kernel/host-patterns.ts';
import { hasGlob } from '../kernel/path-patterns.ts';
import { readPathPatterns } from './path-pattern.ts';
import type { EffectPatterns } from './policy-schema.ts';

const shells = 'sh bash dash ash zsh ksh mksh fish csh tcsh pwsh busybox';
const languages = 'python python2 python3 node nodejs deno bun perl ruby php lua tclsh guile rscript osascript';
const interpreters = new Set(`${shells} ${languages}`.split(' '));
/** Programs whose arguments are another command. */
const wrappers = new Set(
  `env sudo doas su xargs timeout nice ionice nohup setsid stdbuf watch parallel exec builtin eval time chroot unshare
   nsenter npx bunx pnpx uvx ssh docker podman nerdctl kubectl gdb strace script expect`.split(/\s+/),
);
const codeOptions = /^(-[a-z]*[cer]|--?e(val|xec)?|--?c(ommand)?|-p|--print|-Command|exec|run)$/i;

/** Says what is too broad about a pattern of an allow rule; undefined if nothing is. */
export function broadAllow(kind: keyof EffectPatterns, text: string): string | undefined {
  switch (kind) {
    case 'run':
      return broadRun(text);
    case 'read':
    case 'write':
      return broadPath(kind, text);
    case 'connect':
      return broadConnect(text);
    case 'secret':
    case 'tool':
    case 'opaque':
      return /^[*\s]+$/.test(text)
        ? `\`${kind}: ["${text}"]\` allows every ${kind}; name the ones you mean, or use \`ask\``
        : undefined;
    case 'send':
      return undefined;
  }
}

/** Says what is too broad about an entry of a grant; undefined if nothing is. */
export function broadGrant(key: 'read' | 'write' | 'connect' | 'secrets', text: string): string | undefined {
  if (key === 'read' || key === 'write') return broadPath('write', text);
  if (key === 'connect') return /^\*(:|$)/.test(text) ? 'a grant of every host; name the hosts' : broadConnect(text);
  return text.includes('*') ? `a grant names each secret in full; \`${text}\` does not` : undefined;
}

function broadRun(text: string): string | undefined {
  const instead = (what: string) => `\`run: ["${text}"]\` ${what}; name the exact command, or use \`ask\``;
  const words = text.split(' ').filter((word) => word !== '');
  while (/^[A-Za-z_][A-Za-z0-9_]*=/.test(words[0] ?? '')) words.shift();
  const [first = '', ...rest] = words;
  const program = nameOf(first);
  if (first.includes('*')) return instead('allows every program that fits the star');
  if (interpreters.has(program)) {
    const [next = ''] = rest;
    if (rest.length === 0 || rest.includes('-') || (shells.includes(program) && rest.includes('-s'))) {
      return instead(`lets \`${first}\` run any code from its standard input`);
    }
    if (next === '*' || next.startsWith('*')) return instead(`lets \`${first}\` run any code`);
    const code = rest.findIndex((word) => codeOptions.test(word));
    if (code >= 0 && rest.slice(code + 1).some(hasStar)) return instead(`lets \`${first}\` run any code`);
    const script = rest.find((word) => !word.startsWith('-'));
    if (script === undefined ? rest.some(hasStar) : /^["']?\*/.test(script))
      return instead(`lets \`${first}\` run any code`);
  }
  if (wrappers.has(program)) {
    const inner = rest.filter(
      (word) =>
        !word.startsWith('-') && !/^([A-Za-z_][A-Za-z0-9_]*=|[0-9.]+[smhd]?$)/.test(word) && !codeOptions.test(word),
    );
    const [next] = inner;
    if (rest.some(hasStar) && (next === undefined || /^["']?\*/.test(next)))
      return instead(`lets \`${first}\` run any command`);
  }
  return undefined;
}

/** True if the program runs the code that the file in its words holds. */
export const isInterpreter = (program: string): boolean => interpreters.has(nameOf(program));

/** The name of a program, whatever its path, its letter case and its version. */
const nameOf = (word: string): string =>
  unquote(word)
    .replace(/^.*\//, '')
    .toLowerCase()
    .replace(/[0-9.]+$/, '');

const hasStar = (word: string): boolean => word.includes('*');
const unquote = (word: string): string => word.replace(/["'\\]/g, '');

const systemDirectories = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'usr',
  'var',
  'System',
  'Library',
  'private',
];
/** Directories of which at least two names below must be written before a rule may cover everything under them. */
const sharedDirectories = ['home', 'Users', 'mnt', 'media', 'opt', 'srv', 'tmp'];

function broadPath(kind: 'read' | 'write', text: string): string | undefined {
  const read = readPathPatterns(text);
  if (!('length' in read)) return undefined;
  for (const pattern of read) {
    if (!pattern.startsWith('/')) continue;
    const names = pattern.slice(1).split('/');
    const firstGlob = names.findIndex(hasGlob);
    const literal = firstGlob < 0 ? names : names.slice(0, firstGlob);
    const [top = '', second = ''] = literal;
    const what = `\`${kind}: ["${text}"]\``;
    if (top === '') return `${what} covers the whole machine; name a directory`;
    if (/docker\.sock|containerd\.sock|podman\.sock/.test(pattern))
      return `${what} hands out the container engine; remove it`;
    if (kind === 'write' && systemDirectories.includes(top))
      return `${what} lies in a system directory; write inside the workspace`;
    if (systemDirectories.includes(top) && second === '')
      return `${what} covers a system directory; name what is needed in it`;
    if (['proc', 'sys', 'dev', 'run', 'root'].includes(top))
      return `${what} lies in a system directory; copy what is needed into the workspace`;
    const isSomeFiles = top === 'tmp' && names.length === 2 && /^\*?[\w.-]{3,}\*?$/.test(names[1] ?? '');
    if (sharedDirectories.includes(top) && second === '' && !isSomeFiles)
      return `${what} covers \`/${top}\`; name a directory in it`;
    if (['home', 'Users'].includes(top) && literal.length < 3)
      return `${what} covers a whole home directory; name a directory in it`;
  }
  return undefined;
}

function broadConnect(text: string): string | undefined {
  const host = compileHostPattern(text.replace(/^(\S+ +)?https?:\/\//i, '').replace(/(?<=[^/])\/(?![0-9]+$).*$/, ''));
  if (host?.kind === 'below' && !host.host.includes('.'))
    return `\`connect: ["${text}"]\` covers a whole top-level domain; name the host`;
  if (host?.kind === 'range') {
    const width = Number(host.host.split('/')[1]);
    if (width < (host.host.includes(':') ? 16 : 8))
      return `\`connect: ["${text}"]\` covers most of the internet; name the network`;
  }
  return undefined;
}
