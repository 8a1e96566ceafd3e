// The calls of a soak: of every verdict, of both sandboxes, of every way to end. Which calls they are follows from the seed.
// A call that has an effect leaves a trace that no other call leaves, so that afterwards each can be counted.

import type { CallResult, JsonObject } from '../../src/kernel/types.ts';
import { between, type Random, randomFrom } from './random.ts';

/** What a call leaves in the workspace if it takes effect: a line of its own, or a file of its own. */
export type Trace =
  | { readonly kind: 'line'; readonly file: string; readonly line: string }
  | { readonly kind: 'file'; readonly file: string; readonly content: string };

/** One call, and what may come of it. */
export interface PlannedCall {
  readonly id: string;
  readonly kind: string;
  readonly tool: string;
  readonly args: JsonObject;
  /** What people say where a rule asks. */
  readonly reply: 'approve' | 'decline' | 'nothing';
  /** When its run is aborted; null for never. */
  readonly abortAfterMs: number | null;
  /** How it may end where nothing of the kernel is killed meanwhile. */
  readonly ends: readonly CallResult['outcome'][];
  /** Null for calls without an effect. */
  readonly trace: Trace | null;
}

/** Where commands leave a line each, many at once. */
const appendedFile = 'effects/lines.txt';

/** What is in the workspace before the first call. */
export const workspaceFiles: Readonly<Record<string, string>> = {
  '.env': 'TOKEN=of-nobody\n',
  'data/numbers.txt': Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`).join(''),
  [appendedFile]: '',
  'scripts/memory.sh': 'x=$(head -c 400000000 /dev/zero | tr \'\\0\' x); echo "$x"\n',
  'scripts/fork.sh': 'f() { f | f & }; f; f; wait\n',
  'scripts/flood.sh': 'while :; do echo "a flood of words that does not end"; done\n',
  'scripts/linger.sh': 'trap "" TERM HUP; (setsid sleep 300 &) ; (sleep 300 &) ; echo gone\n',
};

/** The file that the calls of one lane edit: of one lane only one call runs at a time. */
export const editedFile = (lane: number): string => `edits/lane-${lane}.txt`;

interface Kind {
  readonly name: string;
  /** How often, compared with the others. */
  readonly weight: number;
  readonly make: (id: string, lane: number, random: Random) => Made;
}
type Made = Pick<PlannedCall, 'tool' | 'args' | 'ends'> & Partial<PlannedCall>;

const js = (code: string, ends: PlannedCall['ends']): Made => ({ tool: 'js', args: { code }, ends });
const exec = (command: string, ends: PlannedCall['ends']): Made => ({ tool: 'exec', args: { command }, ends });
const refused = (tool: string, args: JsonObject): Made => ({ tool, args, ends: ['refused'] });
const writing = (folder: string, id: string): Made => {
  const [file, content] = [`${folder}/${id}.txt`, `${id} was here\n`];
  return { tool: 'write', args: { path: file, content }, ends: ['ok'], trace: { kind: 'file', file, content } };
};
const appending = (id: string): Made => ({
  ...exec(`echo ${id} >> ${appendedFile}`, ['ok']),
  trace: { kind: 'line', file: appendedFile, line: id },
});
const editing = (id: string, lane: number): Made => {
  const file = editedFile(lane);
  const args = { path: file, find: 'the end\n', replace: `${id}\nthe end\n` };
  return { tool: 'edit', args, ends: ['ok'], trace: { kind: 'line', file, line: id } };
};
const stopped = (made: Made, random: Random): Made => ({
  ...made,
  ends: [...made.ends, 'failed', 'refused'],
  abortAfterMs: between(random, 0, 400),
});
const declined = (made: Made): Made => ({ ...made, reply: 'decline', ends: ['refused'] });

const kinds: readonly Kind[] = [
  { name: 'read', weight: 20, make: () => ({ tool: 'read', args: { path: 'data/numbers.txt' }, ends: ['ok'] }) },
  { name: 'list', weight: 8, make: () => ({ tool: 'list', args: { path: 'data' }, ends: ['ok'] }) },
  {
    name: 'search',
    weight: 4,
    make: () => ({ tool: 'search', args: { pattern: '7$', path: 'data' }, ends: ['ok'] }),
  },
  { name: 'read, not there', weight: 3, make: () => ({ tool: 'read', args: { path: 'data/none' }, ends: ['failed'] }) },
  { name: 'write', weight: 10, make: (id) => writing('files', id) },
  { name: 'edit', weight: 6, make: editing },
  { name: 'js', weight: 12, make: () => js('return Array.from({ length: 1000 }, (_, n) => n * n).length', ['ok']) },
  {
    name: 'js that reads',
    weight: 5,
    make: () => js('return (await host.readText("data/numbers.txt")).bytes', ['ok']),
  },
  { name: 'js that throws', weight: 3, make: () => js('throw new Error("no")', ['failed']) },
  {
    name: 'js, memory',
    weight: 1,
    make: () => js('const all = []; for (;;) all.push(new Array(100000).fill(all.length))', ['failed']),
  },
  { name: 'js, endless', weight: 1, make: () => js('for (;;);', ['failed']) },
  { name: 'js, flood', weight: 1, make: () => js('return "flood ".repeat(900000)', ['ok']) },
  {
    name: 'js, aborted',
    weight: 3,
    make: (_, lane, random) => stopped(lane % 2 === 0 ? js('for (;;);', []) : js('return 1', ['ok']), random),
  },
  { name: 'denied', weight: 8, make: () => refused('read', { path: '.env' }) },
  { name: 'denied write', weight: 4, make: (id) => refused('write', { path: `data/${id}`, content: 'x' }) },
  { name: 'denied exec', weight: 4, make: () => refused('exec', { argv: ['rm', '-rf', '/'] }) },
  { name: 'unknown tool', weight: 2, make: () => refused('no-such-tool', {}) },
  { name: 'garbage', weight: 2, make: () => refused('read', { path: 7, lines: 'all' }) },
  { name: 'approved', weight: 4, make: (id) => ({ ...writing('asked', id), reply: 'approve' }) },
  { name: 'declined', weight: 3, make: (id) => declined(writing('asked', id)) },
  { name: 'unanswered', weight: 1, make: (id) => ({ ...declined(writing('late', id)), reply: 'nothing' }) },
  {
    name: 'aborted while asked',
    weight: 1,
    make: (id, _, random) => ({
      ...stopped(declined(writing('asked', id)), random),
      reply: 'nothing',
      ends: ['refused'],
    }),
  },
  { name: 'previewed', weight: 2, make: (id) => ({ ...writing('previewed', id), reply: 'approve' }) },
  // Its preview may fail where its sandbox dies.
  {
    name: 'previewed, declined',
    weight: 1,
    make: (id) => ({ ...declined(writing('previewed', id)), ends: ['refused', 'failed'] }),
  },
  { name: 'exec', weight: 7, make: () => exec('cat data/numbers.txt', ['ok']) },
  { name: 'exec that appends', weight: 10, make: appending },
  { name: 'exec that fails', weight: 3, make: () => exec('exit 3', ['failed']) },
  { name: 'exec, too long', weight: 1, make: () => exec('sleep 60', ['failed']) },
  { name: 'exec, memory', weight: 1, make: () => exec('bash scripts/memory.sh', ['failed']) },
  { name: 'exec, forks', weight: 1, make: () => exec('bash scripts/fork.sh', ['ok', 'failed']) },
  { name: 'exec, flood', weight: 1, make: () => exec('bash scripts/flood.sh', ['failed']) },
  { name: 'exec that lingers', weight: 1, make: () => exec('bash scripts/linger.sh', ['ok']) },
  { name: 'exec, aborted', weight: 2, make: (_, __, random) => stopped(exec('sleep 60', []), random) },
];

/** `count` calls, in lanes: call `n` belongs to lane `n % lanes`. */
export function planCalls(count: number, lanes: number, seed: number): readonly PlannedCall[] {
  const random = randomFrom(seed);
  const whole = kinds.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: count }, (_, index) => {
    let left = random() * whole;
    const kind = kinds.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    if (kind === undefined) throw new RangeError('the weights do not add up');
    const id = `soak-${String(index).padStart(6, '0')}`;
    const usual = { id, kind: kind.name, reply: 'nothing', abortAfterMs: null, trace: null } as const;
    return { ...usual, ...kind.make(id, index % lanes, random) };
  });
}
