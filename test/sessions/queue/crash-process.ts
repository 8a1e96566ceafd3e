// A process to kill: accepts messages on a real database, answers each by a real run of the kernel, and says on its output
// what it promised. With `finish` it accepts nothing, brings everything to its end and says so.

import { randomUUID } from 'node:crypto';
import { defaultRunLimits } from '../../../src/kernel/limits.ts';
import type { Model } from '../../../src/kernel/ports.ts';
import { type RunPorts, run } from '../../../src/kernel/run.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { createLedger } from '../../../src/ledger/ledger.ts';
import { genesis, linkRecord } from '../../../src/ledger/record.ts';
import { recoverInterrupted } from '../../../src/ledger/recover.ts';
import { runFate } from '../../../src/ledger/run-fate.ts';
import { createDispatcher } from '../../../src/sessions/queue/dispatcher.ts';
import { defaultQueueLimits, defaultQueueSettings } from '../../../src/sessions/queue/settings.ts';
import type { Turn, TurnHands } from '../../../src/sessions/queue/turn.ts';
import { createInstance, isInstanceAlive } from '../../../src/store/instance.ts';
import { defaultStoreLimits, openSqliteStore } from '../../../src/store/sqlite.ts';
import { caller, testPorts } from '../../fixtures/ports.ts';

const [path = '', task = ''] = process.argv.slice(2);
const store = await openSqliteStore({ path, link: linkRecord, genesis, limits: defaultStoreLimits });
const ledger = createLedger(store, systemClock);
await recoverInterrupted(store, systemClock, isInstanceAlive);
const usage = { inputTokens: 1, outputTokens: 1 };
const model: Model = {
  name: 'crash',
  async *stream({ messages }) {
    const hasCalled = messages.some(({ role }) => role === 'tool');
    if (!hasCalled) yield { kind: 'call', call: { id: 'c', tool: 'read', args: {} } };
    yield { kind: 'stop', reason: hasCalled ? 'done' : 'calls', because: '', usage };
  },
};
const instance = createInstance();

async function runTurn(turn: Turn, { signal, steer, bind }: TurnHands) {
  const { ports } = testPorts('allow');
  const { session, agent, origin, text } = turn;
  const by = { ...caller, ...origin, agent, session, run: turn.run };
  const settings = { task: {}, tools: [], system: '', runLimits: defaultRunLimits, steer, instance, model };
  const all: RunPorts = { ...ports, ...settings, ledger: bind(ledger) };
  return run(text, [], by, all, signal, () => {});
}

const modes = ['collect', 'followup', 'steer', 'interrupt'] as const;
const dispatcher = await createDispatcher({
  ...{ inbox: store, clock: systemClock, limits: defaultQueueLimits, run: runTurn, resume: runTurn, newId: randomUUID },
  fate: async (of) => {
    const fate = await runFate(store, of);
    return fate.kind === 'open' ? { kind: 'over', phase: 'error', because: 'it was left open' } : fate;
  },
  settings: (session) => ({
    ...defaultQueueSettings,
    debounceMs: 5,
    mode: modes[Number(session.slice(1))] ?? 'collect',
  }),
  ended: () => {},
  trouble: (because) => process.stderr.write(`${because}\n`),
});

const { sender, roles, requestedBy, channel, trigger, labels } = caller;
const origin = { sender, roles, requestedBy, channel, trigger, labels };
const send = async (session: string): Promise<void> => {
  for (;;) {
    const key = randomUUID();
    const accepted = await dispatcher.accept({ session, agent: 'main', key, text: `text ${key}`, origin });
    if (accepted.kind === 'accepted') process.stdout.write(`${accepted.id} ${key}\n`);
  }
};

if (task === 'finish') {
  while (dispatcher.load().messages > 0) await systemClock.sleep(5, new AbortController().signal);
  await dispatcher.close(new AbortController().signal);
  await store.close();
  process.stdout.write('finished\n');
} else await Promise.all(modes.map((_, index) => send(`s${index}`)));
