import { expect, test } from 'vitest';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import { defaultCallLimits } from '../../src/kernel/limits.ts';
import type { Changes, Executor } from '../../src/kernel/ports.ts';
import { digestOfChanges } from '../../src/kernel/preview.ts';
import { LedgerHalt } from '../../src/kernel/records.ts';
import type { CallResult, FileChange, Outcome, Preview, SealedAction } from '../../src/kernel/types.ts';
import { caller, decisionOf, honestExecutor, policyOf, testPorts } from '../fixtures/ports.ts';

const call = { id: 'c1', tool: 'write', args: {} };
const quick = { ...defaultCallLimits, classifyMs: 20, ledgerMs: 20, graceMs: 20 };
const id = 'a'.repeat(32);
const files: readonly FileChange[] = [
  {
    path: 'a',
    absolute: '/work/place/a',
    before: { kind: 'absent' },
    after: { kind: 'file', bytes: 1, sha256: 'b'.repeat(64), mode: 0o644 },
  },
];
const shown: Preview = {
  kind: 'ok',
  output: 'ran',
  truncated: false,
  facts: {},
  changes: { id, files, digest: digestOfChanges(id, files) },
  diff: 'new file: a',
};
const committed: Outcome = { kind: 'ok', output: 'committed 1 file', truncated: false, facts: {} };

interface World {
  readonly preview?: () => Promise<Preview>;
  readonly fault?: Changes['fault'];
  readonly commit?: () => Promise<Outcome>;
  readonly digests?: readonly string[];
  readonly failingRecord?: string;
  readonly answer?: 'approve' | 'decline';
  readonly limits?: typeof quick;
}

/** One previewed call in a world; what each part saw comes back. */
async function play(world: World) {
  const seen: string[] = [];
  const sealed: SealedAction[] = [];
  const digests = [...(world.digests ?? [])];
  const executor: Executor = {
    ...honestExecutor('isolate'),
    execute: async () => {
      seen.push('executed');
      return committed;
    },
    preview: async (permit) => {
      sealed.push(Permit.redeem(permit, 'preview'));
      seen.push('previewed');
      return world.preview?.() ?? shown;
    },
  };
  const changes: Changes = {
    fault: async (one) => world.fault?.(one) ?? '',
    commit: async (permit) => {
      sealed.push(Permit.redeem(permit, 'commit'));
      seen.push('committed');
      return world.commit?.() ?? committed;
    },
    discard: async () => void seen.push('discarded'),
  };
  const policy = () => {
    const digest = digests.shift() ?? 'p';
    const grants = { write: ['a'], connect: ['x.test'], secrets: ['k'] };
    return { ...policyOf(() => ({ ...decisionOf('ask', grants), preview: true, policyDigest: digest })), digest };
  };
  const { ports, told } = testPorts('ask', {
    policies: { ...fixedPolicy(policy()), current: policy },
    executors: { isolate: executor, container: executor },
    changes,
    limits: world.limits ?? defaultCallLimits,
  });
  const { append } = ports.ledger;
  const ledger = {
    append: (entry: Parameters<typeof append>[0]) =>
      entry.type === world.failingRecord ? Promise.reject(new Error('no space left')) : append(entry),
  };
  const { ask } = ports.approvals;
  const approvals: typeof ports.approvals = {
    ...ports.approvals,
    consume: (_id, _digest, intent) => ledger.append(intent),
    ask: async (question, tell, until) => {
      seen.push('asked');
      const answer = await ask(question, tell, until);
      const { digest } = question.sealed;
      return world.answer === 'decline' ? { kind: 'declined', id: 'q', digest, by: 'os:ann', reason: '' } : answer;
    },
  };
  const signal = new AbortController().signal;
  const result: CallResult | Error = await governedCall(
    call,
    caller,
    { ...ports, ledger, approvals },
    signal,
    () => {},
  ).catch((error: Error) => error);
  return { result, seen, sealed, types: told.entries.map(({ type }) => type), told };
}

test('P1: a permit for one purpose is none for another', async () => {
  const purposes: string[] = [];
  const executor: Executor = {
    ...honestExecutor('isolate'),
    preview: async (permit) => {
      for (const purpose of ['execute', 'commit'] as const) {
        try {
          Permit.redeem(permit, purpose);
        } catch (error) {
          purposes.push(String(error));
        }
      }
      Permit.redeem(permit, 'preview');
      return { ...shown, kind: 'failed', because: 'seen' };
    },
  };
  const { ports } = testPorts('ask', {
    policies: fixedPolicy(policyOf(() => ({ ...decisionOf('ask'), preview: true }))),
    executors: { isolate: executor, container: executor },
  });
  await governedCall(call, caller, ports, new AbortController().signal, () => {});
  expect(purposes).toEqual([
    'TypeError: could not redeem a permit: it is not one to execute',
    'TypeError: could not redeem a permit: it is not one to commit',
  ]);
});

test('P7: what a preview runs holds no network and no secrets, whatever was granted', async () => {
  const { sealed } = await play({});
  expect(sealed[0]?.decision.grants).toMatchObject({
    write: ['a'],
    connect: [],
    exceptConnect: [],
    secrets: [],
    inject: [],
  });
});

test('P2: a preview without a durable intent does not run, and one without a durable end is not shown', async () => {
  const first = await play({ failingRecord: 'preview-intended' });
  expect(first.result).toBeInstanceOf(LedgerHalt);
  expect(first.seen).toEqual([]);
  const second = await play({ failingRecord: 'preview-finished' });
  expect(second.result).toBeInstanceOf(LedgerHalt);
  expect(second.seen).toEqual(['previewed']);
  const third = await play({ failingRecord: 'call-intended' });
  expect(third.result).toBeInstanceOf(LedgerHalt);
  expect(third.seen).not.toContain('committed');
});

test('P5: the question, the permit and the records are about the action and its changes, under one digest', async () => {
  const { result, seen, sealed, types, told } = await play({});
  expect(result).toMatchObject({ outcome: 'ok', output: 'ran\ncommitted 1 file' });
  expect(seen).toEqual(['previewed', 'asked', 'committed', 'discarded']);
  expect(types).toEqual(['preview-intended', 'preview-finished', 'call-intended', 'call-finished']);
  const digests = [
    told.questions[0]?.sealed.digest,
    sealed[1]?.digest,
    told.entries[2]?.body.digest,
    Object(result).digest,
  ];
  expect(new Set(digests).size).toBe(1);
  expect(sealed[0]?.digest).not.toBe(sealed[1]?.digest);
  const other = digestOfChanges('c'.repeat(32), files);
  const again = await play({
    preview: async () => ({ ...shown, changes: { id: 'c'.repeat(32), files, digest: other } }),
  });
  expect(Object(again.result).digest).not.toBe(Object(result).digest);
});

test('an approval commits nothing once the policy has changed: it is previewed and asked about anew', async () => {
  const { seen, sealed } = await play({ digests: ['p', 'p', ...Array(4).fill('another')] });
  expect(seen).toEqual(['previewed', 'asked', 'discarded', 'previewed', 'asked', 'committed', 'discarded']);
  expect(sealed.at(-1)?.decision.policyDigest).toBe('another');
});

test.each<[string, World, RegExp]>([
  ['declined', { answer: 'decline' }, /declined by os:ann/],
  ['of a workspace that changed', { fault: async () => 'the workspace changed: ask again' }, /ask again/],
  ['of which nobody can tell', { fault: () => Promise.reject(new Error('disk')) }, /not known: disk/],
  ['whose look hangs', { fault: () => new Promise(() => {}), limits: quick }, /not known/],
  ['whose look says nothing', { fault: async () => JSON.parse('null') }, /not known/],
])('a preview %s is refused and thrown away', async (_name, world, because) => {
  const { result, seen, types } = await play(world);
  expect(result).toMatchObject({ outcome: 'refused', because: expect.stringMatching(because) });
  expect(seen).toEqual(['previewed', 'asked', 'discarded']);
  expect(types.at(-1)).toBe('call-refused');
});

const lying = (changes: object, more: object = {}) =>
  JSON.parse(JSON.stringify({ ...shown, ...more, changes: { ...shown.changes, ...changes } }));
const [first] = files;

test.each<[string, () => Promise<Preview>]>([
  ['throws', () => Promise.reject(new Error('boom'))],
  ['reports nothing', async () => JSON.parse('null')],
  ['reports no changes', async () => JSON.parse('{"kind":"ok","output":"","truncated":false,"facts":{},"diff":""}')],
  ['reports another digest', async () => lying({ digest: `sha256:${'0'.repeat(64)}` })],
  [
    'reports one path twice',
    async () => lying({ files: [first, first], digest: digestOfChanges(id, [...files, ...files]) }),
  ],
  [
    'reports a setuid file',
    async () => {
      const armed = JSON.parse(
        JSON.stringify([{ ...first, after: { kind: 'file', bytes: 1, sha256: 'b'.repeat(64), mode: 0o4755 } }]),
      );
      return lying({ files: armed, digest: digestOfChanges(id, armed) });
    },
  ],
  ['reports a kind nobody knows', async () => JSON.parse('{"kind":"sure"}')],
  ['does not know how it ended', async () => JSON.parse('{"kind":"unknown","because":"lost","facts":{}}')],
])('a preview that %s changes nothing and asks nobody', async (_name, preview) => {
  const { result, seen, types } = await play({ preview });
  expect(result).toMatchObject({ outcome: 'failed', because: expect.stringMatching(/^nothing was changed: /) });
  expect(seen).toEqual(['previewed']);
  expect(types).toEqual(['preview-intended', 'preview-finished', 'call-finished']);
});

test('P11: a commit that nobody knows the end of is unknown, and its changes are kept to be looked at', async () => {
  for (const commit of [() => Promise.reject(new Error('disk')), async () => JSON.parse('{"kind":"ok"}')]) {
    const { result, seen } = await play({ commit });
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(seen).toEqual(['previewed', 'asked', 'committed']);
  }
});
