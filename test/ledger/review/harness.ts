// Records of a run, as the kernel writes them, without a kernel.

import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../src/kernel/types.ts';
import type { LedgerRecord } from '../../../src/ledger/record.ts';
import { readStory } from '../../../src/ledger/review/read-story.ts';
import type { RunStory } from '../../../src/ledger/review/story.ts';

export const noon = Date.parse('2026-11-20T12:00:00Z');

export const caller = (run: string): JsonObject => ({
  agent: 'ci',
  session: 'agent:ci:cli',
  run,
  requestedBy: 'agent:ci',
  sender: 'ann',
  roles: ['operator'],
  channel: 'cli',
  trigger: 'message',
  labels: [],
  spent: { calls: 0, tokens: 0 },
  workspace: '/work/shop',
});

/** Records in the order of `entries`, a second apart. */
export const recordsOf = (entries: readonly (readonly [string, JsonObject])[]): readonly LedgerRecord[] =>
  entries.map(([type, body], index) => ({
    seq: index + 1,
    at: noon + index * 1_000,
    type,
    body,
    prev: hashOf(String(index)),
    hash: hashOf(String(index + 1)),
  }));

const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const rule = (verdict: string, name: string, because = 'it is how work is done'): JsonObject => ({
  policy: 'ci',
  rule: name,
  verdict,
  because,
});

/** One run with a call of every kind. `text` stands wherever text from outside can stand. */
export function entriesOf(run: string, text = 'plain'): readonly (readonly [string, JsonObject])[] {
  const base = { run, caller: caller(run) };
  const judged = (call: string, tool: string, args: JsonObject, effects: readonly JsonObject[], verdict: string) => ({
    ...{ call, tool, args, effects, verdict, sandbox: 'container', policy: 'sha256:aa', digest: `sha256:${call}` },
    ...{ labels: ['untrusted', text], grants: { read: ['.'] }, rules: [rule(verdict, `${tool}-rule`, text)], ...base },
  });
  const push = { kind: 'run', argv: ['git', 'push', text], assignments: [], standing: 'own' };
  const asked = { approval: 'k7f2', call: 'c2', ...base };
  return [
    ['run-started', { ...base, message: text, model: text, policy: 'sha256:aa', task: {}, instance: text }],
    [
      'model-answered',
      {
        run,
        turn: 0,
        text,
        tokens: 12,
        calls: [
          { id: 'c1', tool: 'read', args: { path: text } },
          { id: 'c2', tool: 'exec', args: { command: `git push ${text}` } },
          { id: 'c3', tool: 'http', args: { url: text } },
          { id: 'c4', tool: 'write', args: {} },
        ],
      },
    ],
    [
      'call-intended',
      judged('c1', 'read', { path: text }, [{ kind: 'read', path: text, absolute: text, standing: 'own' }], 'allow'),
    ],
    [
      'call-finished',
      { ...base, call: 'c1', outcome: 'ok', output: text, because: '', labels: ['untrusted'], ms: { execute: 12 } },
    ],
    ['approval-asked', { ...asked, tool: 'exec', deadline: noon + 60_000, text }],
    [
      'approval-answered',
      { ...asked, answer: 'approve', by: text, reason: text, state: 'approved', scope: { kind: 'once' } },
    ],
    [
      'call-intended',
      judged(
        'c2',
        'exec',
        { command: `git push ${text}` },
        [{ kind: 'tool', name: 'exec', standing: 'implied' }, push],
        'ask',
      ),
    ],
    [
      'call-finished',
      {
        ...base,
        ...{
          call: 'c2',
          outcome: 'unknown',
          because: text,
          output: { sha256: text, bytes: 9_000, head: text },
          labels: [text],
        },
        ms: { execute: 480 },
        facts: {
          image: text,
          egress: {
            list: [{ host: text, port: 443, method: text, path: text, address: text, status: 200, because: text }],
          },
          wrote: [{ path: text, bytes: 3, sha256: text }],
        },
      },
    ],
    [
      'call-refused',
      {
        ...judged(
          'c3',
          'http',
          { url: text },
          [{ kind: 'connect', host: text, port: 443, method: text, url: text, standing: 'own' }],
          'deny',
        ),
        because: text,
        proposed: text,
      },
    ],
    ['run-ended', { run, phase: 'error', because: text }],
  ];
}

/** The story of such a run. */
export function storyOf(run: string, text = 'plain', children = new Map<string, readonly RunStory[]>()): RunStory {
  const story = readStory(recordsOf(entriesOf(run, text)), children);
  if (story === null) throw new Error('there is no story');
  return story;
}
