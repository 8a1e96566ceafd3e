// A past made for real: calls go through the passage under a policy, people answer, and the ledger keeps it.

import { createApprovals } from '../../../src/approvals/approvals.ts';
import { fixedPolicy } from '../../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../../src/kernel/governed-call.ts';
import type { Policy } from '../../../src/kernel/ports.ts';
import { nothingPrivate } from '../../../src/kernel/private-parts.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import type { Caller, Question } from '../../../src/kernel/types.ts';
import { createLedger, type LedgerReader } from '../../../src/ledger/ledger.ts';
import { createClassifier } from '../../../src/policy/classify/classify.ts';
import type { Past } from '../../../src/policy/history/past-call.ts';
import { historyTypes, pastCalls } from '../../../src/policy/history/past-calls.ts';
import { loadPolicy } from '../../../src/policy/load-policy.ts';
import { builtInTools } from '../../../src/sandbox/tools/index.ts';
import { directoryOf, personWith, proveNothing } from '../../fixtures/people.ts';
import { testPorts } from '../../fixtures/ports.ts';
import { replyOf, temporaryFolder, temporaryStore } from '../../fixtures/temporary-store.ts';
import { caller as callerOf } from '../situations.ts';

/** One call, and what came of it. */
export interface Made {
  readonly call: string | { readonly tool: string; readonly args: object };
  /** What people say when asked; without it the question is approved. */
  readonly answer?: 'approve' | 'decline';
  readonly by?: string;
  readonly caller?: Partial<Caller>;
  /** Minutes after the call before. */
  readonly after?: number;
}

export interface MadePast {
  readonly ledger: LedgerReader;
  readonly workspace: string;
  past(): AsyncIterable<Past>;
}

export const start = Date.parse('2026-01-05T12:00:00Z');

/** A policy of these rules, each a line of YAML. */
export const policyText = (...rules: readonly string[]): string =>
  `policy: p\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;

export const load = (text: string) => loadPolicy([{ path: 'p.yaml', text }]);

/** Makes the calls one after the other under `policy`. */
export async function makePast(
  policy: Policy,
  calls: readonly Made[],
  shadows: readonly Policy[] = [],
): Promise<MadePast> {
  const { store } = await temporaryStore();
  let now = start;
  const clock = { ...systemClock, now: () => now };
  const ledger = createLedger(store, clock);
  const workspace = temporaryFolder();
  const people = ['ann', 'bob'].map((id) => personWith(id, ['operator']));
  const redact = (text: string) => text;
  const approvals = createApprovals({
    store,
    clock,
    directory: directoryOf(people),
    prove: proveNothing,
    instance: 'test',
    isAlive: () => true,
    redact,
    findPrivate: nothingPrivate,
    mayWiden: async () => true,
    pendingMax: 10,
  });
  const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
  const policies = { ...fixedPolicy(policy), shadows: () => shadows };
  const { ports } = testPorts('allow', { approvals, ledger, classifier, clock, policies, uses: store });
  for (const [index, { call, answer = 'approve', by = 'ann', caller = {}, after = 1 }] of calls.entries()) {
    now += after * 60_000;
    const proposed = typeof call === 'string' ? { tool: 'exec', args: { command: call } } : call;
    const shown = ({ id, sealed }: Question) => {
      const person = people.find((one) => one.id === by) ?? { id: by, roles: [] };
      void approvals.answer(id, replyOf(answer, sealed.digest), person);
    };
    const who = callerOf({ workspace, ...caller });
    await governedCall({ id: `call-${index}`, ...proposed }, who, ports, new AbortController().signal, shown);
  }
  const where = { order: 'oldest-first', types: historyTypes, from: null, run: null } as const;
  return { ledger, workspace, past: () => pastCalls(ledger.records(where), () => true) };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
