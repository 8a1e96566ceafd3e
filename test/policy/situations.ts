// Actions and callers for tests of the policy, with everything that the test does not name at its plainest.

import { join } from 'node:path';
import type {
  Action,
  Caller,
  ConnectEffect,
  Decision,
  Effect,
  Moment,
  OpaqueEffect,
  PathEffect,
  RunEffect,
  SecretEffect,
  Standing,
  ToolEffect,
  Verdict,
} from '../../src/kernel/types.ts';
import { loadPolicy, type PolicyText } from '../../src/policy/load-policy.ts';

export const workspace = '/work/space';

export const tool = (name: string, standing: Standing = 'implied'): ToolEffect => ({ kind: 'tool', name, standing });

export const run = (command: string, standing: Standing = 'own'): RunEffect => ({
  kind: 'run',
  argv: command.split(' '),
  assignments: [],
  spellings: [],
  outside: [],
  standing,
});

const path = (kind: 'read' | 'write', text: string, standing: Standing): PathEffect => ({
  kind,
  path: text,
  absolute: text.startsWith('/') ? text : join(workspace, text),
  standing,
});

export const read = (text: string, standing: Standing = 'own'): PathEffect => path('read', text, standing);
export const write = (text: string, standing: Standing = 'own'): PathEffect => path('write', text, standing);

export const connect = (host: string, port = 443, method = 'GET', rest = '/'): ConnectEffect => ({
  kind: 'connect',
  host,
  port,
  method,
  url: `https://${host.includes(':') ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}${rest}`,
  standing: 'own',
});

export const secret = (name: string): SecretEffect => ({ kind: 'secret', name, standing: 'own' });

export const opaque = (text: string): OpaqueEffect => ({ kind: 'opaque', text, why: 'nobody knows', standing: 'own' });

export const own = <E extends Effect>(effect: E): E => ({ ...effect, standing: 'own' });

export const actionOf = (effects: readonly Effect[], sandbox: Action['sandbox'] = 'isolate'): Action => ({
  tool: 'some-tool',
  toolVersion: 'sha256:0',
  sandbox,
  args: {},
  effects,
  labels: [],
  script: null,
  workspace,
});

/** The epoch, with no rule used. */
export const moment: Moment = { now: 0, used: [], inputs: [] };

export const caller = (other: Partial<Caller> = {}): Caller => ({
  agent: 'main',
  session: 's',
  run: 'r',
  requestedBy: 'agent:main',
  sender: 'someone',
  roles: [],
  channel: 'cli',
  trigger: 'message',
  labels: [],
  spent: { calls: 0, tokens: 0 },
  workspace,
  ...other,
});

export async function decisionOf(
  files: readonly PolicyText[],
  effects: readonly Effect[],
  other: Partial<Caller> = {},
  sandbox: Action['sandbox'] = 'isolate',
): Promise<Decision> {
  return (await loadPolicy(files)).decide(actionOf(effects, sandbox), caller(other), moment);
}

export const verdictOf = async (
  files: readonly PolicyText[],
  effects: readonly Effect[],
  other: Partial<Caller> = {},
): Promise<Verdict> => (await decisionOf(files, effects, other)).verdict;
