// A call that was judged before, as the ledger kept it: what it would do, who wanted it, what was decided and how people
// answered. This is the door back in: a record is data from a file, and what is not whole is not used.

import { z } from 'zod';
import { callerSchema } from '../../kernel/caller-schema.ts';
import type { Action, Caller, RuleReference, ShadowDecision, Verdict } from '../../kernel/types.ts';

/** How people answered the question about a call; `none` if they were not asked, or nobody answered. */
export interface PastAnswer {
  readonly kind: 'none' | 'approved' | 'declined' | 'expired' | 'cancelled';
  /** Who approved or declined. */
  readonly by: readonly string[];
}

/** One call of the past. */
export interface PastCall {
  readonly seq: number;
  /** When it was let through or refused, in milliseconds since the epoch. */
  readonly at: number;
  readonly action: Action;
  readonly caller: Caller;
  /** Labels of the files it read. */
  readonly inputs: readonly string[];
  readonly verdict: Verdict;
  readonly rules: readonly RuleReference[];
  /** Digest of the policy that judged it. */
  readonly policy: string;
  readonly shadows: readonly ShadowDecision[];
  /** True if it was let through to a sandbox. */
  readonly ran: boolean;
  readonly answer: PastAnswer;
}

/** What a record of a call holds: a call, one that nobody understood, or nothing that can be read. */
export type Past =
  | { readonly kind: 'call'; readonly call: PastCall }
  | { readonly kind: 'unclear'; readonly seq: number }
  | { readonly kind: 'unreadable'; readonly seq: number };

/** A record of the ledger, as far as history looks at it. */
export interface HistoryRecord {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly body: unknown;
}

const text = z.string();
const texts = z.array(text);
const verdict = z.enum(['deny', 'ask', 'allow']);
const standing = z.enum(['own', 'implied']);

const effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tool'), name: text, standing }),
  z.object({
    kind: z.literal('run'),
    argv: texts,
    assignments: texts,
    spellings: z.array(texts),
    outside: texts,
    standing,
  }),
  z.object({ kind: z.enum(['read', 'write']), path: text, absolute: text, standing }),
  z.object({ kind: z.literal('connect'), host: text, port: z.number(), method: text, url: text, standing }),
  z.object({ kind: z.literal('secret'), name: text, standing }),
  z.object({ kind: z.literal('send'), channel: text, target: text, standing }),
  z.object({ kind: z.literal('opaque'), text, why: text, standing }),
]);

const rule = z.object({ policy: text, rule: text, verdict, because: text });

const judgedBody = z.object({
  tool: text,
  toolVersion: text,
  sandbox: z.enum(['isolate', 'container']),
  args: z.record(text, z.json()),
  effects: z.array(effect).min(1),
  labels: texts,
  script: z.object({ image: text }).nullable().default(null),
  workspace: text,
  caller: callerSchema,
  inputs: texts.default([]),
  verdict,
  rules: z.array(rule),
  policy: text,
  shadows: z.array(z.object({ policy: text, verdict, because: text, rules: z.array(rule) })).default([]),
});

/** Reads the record that ended the judging of a call. `answer` is what people had said by then. */
export function readPastCall({ seq, at, type, body }: HistoryRecord, answer: PastAnswer): Past {
  const read = judgedBody.safeParse(body);
  if (!read.success) return { kind: 'unreadable', seq };
  const { tool, toolVersion, sandbox, args, effects, labels, script, workspace, ...rest } = read.data;
  // A call that was not understood has no tool version, and its effects are not known.
  if (toolVersion === '') return { kind: 'unclear', seq };
  const action: Action = { tool, toolVersion, sandbox, args, effects, labels, script, workspace };
  return { kind: 'call', call: { seq, at, action, ran: type === 'call-intended', answer, ...rest } };
}

/** The call in one line: its command, or the tool and what it is about. Long arguments make a long line. */
export function spellPastCall({ tool, args }: Action): string {
  const { command, argv } = args;
  // Commands are kept as they are printed, every word quoted; where that changes nothing it is left out.
  if (typeof command === 'string') return command.replace(/(?<=^|\s)'([\w@%+:,./-]+)'(?=$|\s|;)/g, '$1');
  if (Array.isArray(argv)) return argv.map((word) => spellWord(String(word))).join(' ');
  const { path, url, method } = args;
  if (typeof path === 'string') return `${tool} ${path}`;
  if (typeof url === 'string') return `${tool} ${typeof method === 'string' ? `${method} ` : ''}${url}`;
  return `${tool} ${JSON.stringify(args)}`;
}

const spellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word));
