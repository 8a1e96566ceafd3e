// A kernel in a process of its own, put together as commands do it, that runs the calls it is told. To be killed.

import { readdirSync } from 'node:fs';
import type { SaidReply } from '../../src/approvals/reply/reply.ts';
import { callerOf } from '../../src/cli/caller.ts';
import { openKernel } from '../../src/cli/open-kernel.ts';
import { readSettings } from '../../src/config.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import type { Question } from '../../src/kernel/types.ts';
import type { Order, Report } from './messages.ts';
import type { PlannedCall } from './planned-calls.ts';

const [workspace = '', policy = ''] = process.argv.slice(2);
const settings = await readSettings(process.env);
const kernel = await openKernel(settings, 'soak', { policy: [policy], shadow: [] }, () => {});
const tell = (report: Report) => process.send?.(report);

async function run({ id, tool, args, reply, abortAfterMs }: PlannedCall): Promise<void> {
  const caller = callerOf({ agent: 'soak', workspace, labels: [] }, settings);
  const abort = new AbortController();
  const timer = abortAfterMs === null ? undefined : setTimeout(() => abort.abort(), abortAfterMs);
  const answer = (question: Question) => {
    if (reply !== 'nothing') kernel.answer(replies[reply](question.id)).catch(ignore);
  };
  try {
    const { outcome, because } = await governedCall({ id, tool, args }, caller, kernel.ports, abort.signal, answer);
    tell({ kind: 'ended', id, outcome, because });
  } catch (error) {
    tell({ kind: 'ended', id, outcome: 'threw', because: String(error) });
  } finally {
    clearTimeout(timer);
  }
}

const replies = {
  approve: (id: string): SaidReply => ({ kind: 'approve', ids: [id], scope: { kind: 'once' }, pattern: 0, code: '' }),
  decline: (id: string): SaidReply => ({ kind: 'decline', ids: [id], reason: 'the soak says so' }),
};

/** An answer that does not count shows in the end of its call. */
const ignore = () => {};

function gauge(): void {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const files = readdirSync('/proc/self/fd').length;
  tell({ kind: 'gauge', gauge: { heapBytes: heapUsed, rssBytes: rss, files } });
}

process.on('message', (order: Order) => {
  if (order.kind === 'call') void run(order.call);
  else if (order.kind === 'gauge') gauge();
  else void kernel.close().then(() => process.disconnect());
});
tell({ kind: 'ready', instance: kernel.ports.instance });
