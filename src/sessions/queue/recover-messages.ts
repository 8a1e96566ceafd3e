// After a start: what becomes of messages that a process left behind. What always holds: one whose run never began waits
// again; one whose run has ended ends with it; one whose run waits for people stays with that run.

import type { Inbox, StoredMessage } from '../../kernel/inbox.ts';
import type { Clock } from '../../kernel/ports.ts';
import { endedMessage, type MessageEnd } from './message.ts';

/** What became of a run, as its records tell: dead processes' runs have to have their ends on record before. */
export type RunFate =
  | { readonly kind: 'never-began' }
  | { readonly kind: 'over'; readonly phase: 'end' | 'error' | 'aborted'; readonly because: string }
  /** People are asked about one of its calls; this process can go on with it. */
  | { readonly kind: 'asking' };

export interface Recovered {
  readonly waiting: readonly StoredMessage[];
  /** By the run that goes on. */
  readonly asking: ReadonlyMap<string, readonly StoredMessage[]>;
  readonly ended: readonly { readonly stored: StoredMessage; readonly end: MessageEnd }[];
}

/** Sorts out `open`, durably. */
export async function recoverMessages(
  open: readonly StoredMessage[],
  fate: (run: string) => Promise<RunFate>,
  inbox: Pick<Inbox, 'changeInbox'>,
  clock: Clock,
): Promise<Recovered> {
  const waiting = open.filter(({ state }) => state === 'waiting');
  const asking = new Map<string, readonly StoredMessage[]>();
  const ended: { readonly stored: StoredMessage; readonly end: MessageEnd }[] = [];
  for (const [run, messages] of Map.groupBy(
    open.filter(({ state }) => state === 'taken'),
    (message) => message.run,
  )) {
    const became = await fate(run);
    if (became.kind === 'asking') asking.set(run, messages);
    else if (became.kind === 'never-began') {
      const again = messages.map((message): StoredMessage => ({ ...message, state: 'waiting', run: '' }));
      await put(again, inbox);
      waiting.push(...again);
    } else {
      const end = endAfter(became);
      await put(
        messages.map((message) => endedMessage(message, end, Math.trunc(clock.now()))),
        inbox,
      );
      ended.push(...messages.map((stored) => ({ stored, end })));
    }
  }
  // In the order in which all of them were accepted.
  const order = new Map(open.map(({ id }, index) => [id, index]));
  return { waiting: waiting.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)), asking, ended };
}

function endAfter({ phase, because }: Extract<RunFate, { kind: 'over' }>): MessageEnd {
  if (phase === 'end') return { kind: 'answered', because: '' };
  return { kind: phase === 'aborted' ? 'aborted' : 'failed', because };
}

const put = (messages: readonly StoredMessage[], inbox: Pick<Inbox, 'changeInbox'>): Promise<void> =>
  inbox.changeInbox(messages[0]?.session ?? '', '', () => ({ next: messages, record: null, result: () => undefined }));
