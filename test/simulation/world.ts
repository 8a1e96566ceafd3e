// One seeded world: several calls through ports that answer, lie, throw, hang or dawdle. Everything the ports see goes into
// a trace; nothing here judges it.

import { noContents, noHalts, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import { defaultCallLimits } from '../../src/kernel/limits.ts';
import type { Availability, CallPorts, Changes, Executor, LedgerEntry, LedgerReceipt } from '../../src/kernel/ports.ts';
import { digestOfChanges } from '../../src/kernel/preview.ts';
import { LedgerHalt } from '../../src/kernel/records.ts';
import type { Action, Answer, Call, CallResult, Decision, Outcome, Preview, Verdict } from '../../src/kernel/types.ts';
import { actionOf, caller, decisionOf, plainRecording, policyDigest } from '../fixtures/ports.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What the ports and the caller saw, in order. */
export type Seen =
  | { readonly what: 'classified'; readonly call: string; readonly isHonest: boolean; readonly args: string }
  | { readonly what: 'decided'; readonly call: string; readonly verdict: Verdict | 'none' }
  | { readonly what: 'approved'; readonly call: string; readonly isGood: boolean; readonly digest: string }
  | { readonly what: 'claimed'; readonly call: string; readonly digest: string }
  | {
      readonly what: 'durable';
      readonly call: string;
      readonly type: LedgerEntry['type'];
      readonly digest: string;
      readonly outcome: string;
    }
  | { readonly what: 'previewed'; readonly call: string }
  | {
      readonly what: 'effect';
      readonly call: string;
      readonly digest: string;
      readonly args: string;
      readonly purpose: 'execute' | 'commit';
    }
  | { readonly what: 'twice'; readonly call: string }
  | { readonly what: 'answered'; readonly call: string; readonly result: CallResult }
  | { readonly what: 'halted'; readonly call: string; readonly isByLedger: boolean };

type Mood = 'honest' | 'lies' | 'throws' | 'hangs' | 'dawdles';

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Plays the world of `seed` to its end. */
export async function playWorld(seed: number): Promise<readonly Seen[]> {
  const random = randomFrom(seed);
  const clock = new VirtualClock(1_700_000_000_000);
  const trace: Seen[] = [];
  const pick = <T>(options: readonly T[]): T => options[Math.floor(random() * options.length)] as T;
  const mood = (): Mood => (random() < 0.6 ? 'honest' : pick(['lies', 'throws', 'hangs', 'dawdles'] as const));
  const abort = new AbortController();
  const play = async <T>(how: Mood, honest: () => T, lie: () => T): Promise<T> => {
    if (how === 'throws') throw new Error('the port threw');
    if (how === 'hangs') return new Promise<never>(() => {});
    if (how === 'dawdles')
      await clock.sleep(pick([1, 50, 5_000, 9_999, 10_001, 29_999, 30_001, 901_000]), new AbortController().signal);
    return how === 'lies' ? lie() : honest();
  };
  const one = async (index: number) => {
    const call: Call = { id: `call-${index}`, tool: 'tool', args: { value: index } };
    const ports = portsOf({ call, clock, trace, pick, mood, play, random });
    try {
      const result = await governedCall(call, caller, ports, abort.signal, () => {});
      trace.push({ what: 'answered', call: call.id, result });
    } catch (error) {
      trace.push({ what: 'halted', call: call.id, isByLedger: error instanceof LedgerHalt });
    }
  };
  const calls = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => one(index));
  if (random() < 0.2) {
    clock.sleep(pick([0, 10, 1_000, 40_000]), new AbortController().signal).then(() => abort.abort());
  }
  await clock.drive(Promise.all(calls), 500);
  return trace;
}

interface Stage {
  readonly call: Call;
  readonly clock: VirtualClock;
  readonly trace: Seen[];
  readonly pick: <T>(options: readonly T[]) => T;
  readonly mood: () => Mood;
  readonly play: <T>(how: Mood, honest: () => T, lie: () => T) => Promise<T>;
  readonly random: () => number;
}

function portsOf({ call, clock, trace, pick, mood, play, random }: Stage): CallPorts {
  const verdict = pick<Verdict>(['allow', 'allow', 'ask', 'ask', 'deny']);
  const isPreviewed = verdict === 'ask' && random() < 0.5;
  const policyMood = mood();
  const action: Action = { ...actionOf('tool'), args: { value: random() } };
  const executor = executorOf({ call, clock, trace, pick, mood, play, random });
  const ledger: CallPorts['ledger'] = {
    append: (entry) =>
      play(
        random() < 0.9 ? 'honest' : pick(['throws', 'hangs', 'dawdles'] as const),
        () => {
          const { digest, outcome } = entry.body;
          const body = { digest: String(digest), outcome: String(outcome) };
          trace.push({ what: 'durable', call: call.id, type: entry.type, ...body });
          return { seq: trace.length, hash: 'h' };
        },
        () => ({ seq: 0, hash: '' }),
      ),
  };
  return {
    clock,
    classifier: {
      classify: async () => {
        const how = mood();
        const lie = pick<() => Action>([
          () => ({ ...action, effects: [] }),
          () => ({ ...action, tool: 'other', effects: [{ kind: 'tool', name: 'other', standing: 'own' }] }),
          () => ({ ...action, workspace: '/' }),
          () => JSON.parse('null'),
        ]);
        const isHonest = how === 'honest' || how === 'dawdles';
        const understood = await play(how, () => action, lie);
        trace.push({ what: 'classified', call: call.id, isHonest, args: JSON.stringify(understood?.args) });
        return { kind: 'understood', action: understood };
      },
    },
    uses: noUses,
    halts: noHalts,
    labels: noLabels,
    readContents: noContents,
    changes: changesOf({ call, clock, trace, pick, mood, play, random }),
    policies: {
      current: () => ({
        digest: policyDigest,
        counted: [],
        decide: () => {
          const isSane = policyMood === 'honest' || policyMood === 'dawdles' || policyMood === 'hangs';
          trace.push({ what: 'decided', call: call.id, verdict: isSane ? verdict : 'none' });
          if (policyMood === 'throws') throw new Error('the policy threw');
          if (isSane) return { ...decisionOf(verdict), preview: isPreviewed };
          return pick<() => Decision>([
            () => ({ ...decisionOf('allow'), rules: [] }),
            () => ({ ...decisionOf('allow'), policyDigest: 'another' }),
            () => ({ ...decisionOf('allow'), because: '' }),
            () => JSON.parse(JSON.stringify({ ...decisionOf('allow'), verdict: 'sure' })),
            () => JSON.parse('{}'),
          ])();
        },
      }),
      shadows: () => [],
    },
    approvals: {
      ask: async (asked) => {
        const { digest } = asked.sealed;
        const good = { kind: 'approved', id: 'q', digest, by: ['os:a'], at: clock.now() } as const;
        const bad = pick<Answer>([
          { ...good, digest: 'sha256:other' },
          { ...good, by: [caller.requestedBy] },
          { ...good, by: [] },
          { ...good, at: asked.deadline + 1 },
          { kind: 'declined', id: 'q', digest, by: 'os:b', reason: 'no' } as const,
          { kind: 'edited', id: 'q', digest, by: 'os:b', args: { value: random() } } as const,
          { kind: 'edited', id: 'q', digest, by: caller.requestedBy, args: {} } as const,
          { kind: 'expired', id: 'q', digest } as const,
        ]);
        const how = mood();
        const answer = await play<Answer>(
          how,
          () => good,
          () => bad,
        );
        trace.push({ what: 'approved', call: call.id, isGood: answer === good, digest });
        return answer;
      },
      claim: async (_id, digest) => {
        const isClaimed = await play(
          mood(),
          () => true,
          () => false,
        );
        if (isClaimed) trace.push({ what: 'claimed', call: call.id, digest });
        return isClaimed;
      },
      askAhead: async () => [],
      withdraw: async () => {},
      left: async () => null,
      consume: (_id, _digest, intent) =>
        play<LedgerReceipt | null>(
          random() < 0.9 ? 'honest' : mood(),
          () => null,
          () => null,
        ).then(() => ledger.append(intent)),
    },
    ledger,
    executors: { isolate: executor, container: executor },
    redact: (text) => text,
    recording: plainRecording,
    instance: 'simulation',
    limits: defaultCallLimits,
  };
}

/** Both ways to an effect: running the action, and putting in place what its preview changed. */
function effectsOf({ call, trace, pick, mood, play, random }: Stage) {
  return async (permit: Permit, purpose: 'execute' | 'commit'): Promise<Outcome> => {
    const lie = pick(['{"kind":"ok"}', '{"kind":"sure"}', '[]', 'null']);
    const redeem = () => {
      const { digest, action } = Permit.redeem(permit, purpose);
      trace.push({ what: 'effect', call: call.id, digest, args: JSON.stringify(action.args), purpose });
      if (random() < 0.3) {
        try {
          Permit.redeem(permit, purpose);
          trace.push({ what: 'twice', call: call.id });
        } catch {
          return;
        }
      }
    };
    const isEarly = random() < 0.5;
    if (isEarly) redeem();
    return play<Outcome>(
      mood(),
      () => {
        if (!isEarly) redeem();
        return { kind: 'ok', output: 'done', truncated: false, facts: {} };
      },
      () => JSON.parse(lie),
    );
  };
}

function executorOf(stage: Stage): Executor {
  const { call, trace, pick, mood, play, random } = stage;
  const effect = effectsOf(stage);
  return {
    sandbox: 'isolate',
    availability: () =>
      play<Availability>(
        mood(),
        () => ({ kind: 'ready', image: '' }),
        () => ({ kind: 'missing', because: 'no sandbox' }),
      ),
    execute: (permit) => effect(permit, 'execute'),
    preview: async (permit) => {
      // An executor that would like to do it at once.
      if (random() < 0.2) {
        const purpose = pick(['execute', 'commit'] as const);
        await effect(permit, purpose).catch(() => 'the permit is not for that');
      }
      Permit.redeem(permit, 'preview');
      trace.push({ what: 'previewed', call: call.id });
      const id = 'a'.repeat(32);
      const changes = { id, files: [], digest: digestOfChanges(id, []) };
      const honest: Preview = { kind: 'ok', output: 'seen', truncated: false, facts: {}, changes, diff: '' };
      return play<Preview>(
        mood(),
        () => honest,
        () =>
          pick<() => Preview>([
            () => ({ ...honest, changes: { ...changes, digest: 'sha256:other' } }),
            () => ({ ...honest, changes: { ...changes, id: '../x' } }),
            () => JSON.parse('{"kind":"ok"}'),
            () => JSON.parse('null'),
          ])(),
      );
    },
  };
}

function changesOf(stage: Stage): Changes {
  const { mood, play } = stage;
  const effect = effectsOf(stage);
  return {
    fault: () =>
      play(
        mood(),
        () => '',
        () => 'the workspace changed',
      ),
    commit: (permit) => effect(permit, 'commit'),
    discard: () =>
      play<void>(
        mood(),
        () => undefined,
        () => undefined,
      ),
  };
}
