// The caller of a command: an agent, in the name of the account that typed it.

import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Settings } from '../config.ts';
import type { Caller } from '../kernel/types.ts';
import { rolesOf } from './open-people.ts';

/** A new run of `agent` in `workspace`, with the labels its session starts with. */
export const callerOf = (
  { agent, workspace, labels }: Pick<Caller, 'agent' | 'workspace' | 'labels'>,
  settings: Settings,
): Caller => ({
  agent,
  session: `agent:${agent}:cli`,
  run: `run-${randomUUID()}`,
  requestedBy: `agent:${agent}`,
  sender: userInfo().username,
  roles: rolesOf(settings),
  channel: 'cli',
  trigger: 'message',
  labels: [...new Set(labels)].sort(),
  spent: { calls: 0, tokens: 0 },
  workspace,
});
