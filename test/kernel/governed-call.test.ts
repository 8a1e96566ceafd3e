import { expect, test } from 'vitest';
import { fixedPolicy } from '../../src/kernel/fixed-policy.ts';
import { governedCall, Permit } from '../../src/kernel/governed-call.ts';
import { defaultCallLimits } from '../../src/kernel/limits.ts';
import type { CallPorts, Executor, LabelMark, PathLabels, ReadContents } from '../../src/kernel/ports.ts';
import { findPrivateAt } from '../../src/kernel/private-parts.ts';
import { LedgerHalt } from '../../src/kernel/records.ts';
import type { CallResult, Decision, FileContent, SealedAction } from '../../src/kernel/types.ts';
import {
  actionOf,
  caller,
  decisionOf,
  honestExecutor,
  plainRecording,
  policyDigest,
  policyOf,
  testPorts,
} from '../fixtures/ports.ts';

const call = { id: 'c1', tool: 'read', args: { path: 'a' } };
const quick = { ...defaultCallLimits, classifyMs: 20, ledgerMs: 20, graceMs: 20 };

function make(ports: CallPorts, signal = new AbortController().signal): Promise<CallResult> {
  return governedCall(call, caller, ports, signal, () => {});
}

function executing(execute: Executor['execute']): Pick<CallPorts, 'executors'> {
  const executor = { ...honestExecutor('isolate'), execute };
  return { executors: { isolate: executor, container: executor } };
}

test('P1: a permit cannot be made outside the passage', () => {
  const sealed: SealedAction = {
    action: actionOf('read'),
    decision: decisionOf('allow'),
    inputs: [],
    shadows: [],
    contents: [],
    image: '',
    changes: null,
    digest: 'x',
  };
  expect(() => new Permit(Symbol('minting'), sealed, 'execute')).toThrow('only a governed call can');
  expect(() => Permit.redeem(Object.create(Permit.prototype))).toThrow('this is not one');
  expect(() => Permit.redeem(new Proxy(Object.create(Permit.prototype), {}))).toThrow('this is not one');
});

test('P1: a permit is redeemed once, and not after its call has ended', async () => {
  const kept: Permit[] = [];
  const again: string[] = [];
  const { ports } = testPorts(
    'allow',
    executing(async (permit) => {
      kept.push(permit);
      Permit.redeem(permit);
      try {
        Permit.redeem(permit);
      } catch (error) {
        again.push(String(error));
      }
      return { kind: 'ok', output: '', truncated: false, facts: {} };
    }),
  );
  await make(ports);
  expect(again).toEqual(['TypeError: could not redeem a permit: it was redeemed or revoked before']);
  const late = testPorts(
    'allow',
    executing(async (permit) => {
      kept.push(permit);
      return { kind: 'failed', because: 'later', output: '', truncated: false, facts: {} };
    }),
  );
  await make(late.ports);
  expect(() => kept.map((permit) => Permit.redeem(permit))).toThrow('revoked before');
});

test('P2: without a durable intent nothing runs, and the caller is halted', async () => {
  const { ports, told } = testPorts('allow', {
    ledger: { append: async () => Promise.reject(new Error('no space left')) },
  });
  await expect(make(ports)).rejects.toThrow(LedgerHalt);
  await expect(make(ports)).rejects.toThrow('no space left');
  expect(told.ran).toEqual([]);
});

test('P2: without a durable outcome nothing is answered', async () => {
  let written = 0;
  const { ports, told } = testPorts('allow', {
    ledger: {
      append: async () => {
        written += 1;
        if (written === 2) throw new Error('the disk is gone');
        return { seq: written, hash: 'h' };
      },
    },
  });
  await expect(make(ports)).rejects.toThrow('the disk is gone');
  expect(told.ran).toHaveLength(1);
});

test('P2: a ledger that hangs halts, before anything ran', async () => {
  const { ports, told } = testPorts('allow', { ledger: { append: () => new Promise(() => {}) }, limits: quick });
  await expect(make(ports)).rejects.toThrow('gave no answer within 20 ms');
  expect(told.ran).toEqual([]);
});

test('P2: a refusal is on record before it is answered', async () => {
  const { ports, told } = testPorts('deny');
  const result = await make(ports);
  expect(result.outcome).toBe('refused');
  expect(told.entries.map((entry) => entry.type)).toEqual(['call-refused']);
  expect(told.entries[0]?.body.because).toBe('the test rule says deny');
});

test.each<[string, Partial<CallPorts>, string]>([
  ['a classifier that throws', { classifier: { classify: async () => Promise.reject(new Error('boom')) } }, 'boom'],
  ['a classifier that hangs', { classifier: { classify: () => new Promise(() => {}) } }, 'gave no answer within 20 ms'],
  [
    'a classifier that answers for another tool',
    { classifier: { classify: async () => ({ kind: 'understood', action: actionOf('write') }) } },
    'its first effect is not the tool that was called',
  ],
  [
    'a classifier that names no effect',
    { classifier: { classify: async () => ({ kind: 'understood', action: { ...actionOf('read'), effects: [] } }) } },
    'its first effect is not the tool that was called',
  ],
  [
    'a classifier that changes the workspace',
    { classifier: { classify: async () => ({ kind: 'understood', action: actionOf('read', '/') }) } },
    'another workspace',
  ],
  [
    'a classifier that makes a script of an isolate call',
    {
      classifier: {
        classify: async () => ({ kind: 'understood', action: { ...actionOf('read'), script: { image: '' } } }),
      },
    },
    'whether it is a script in a container',
  ],
  [
    'a policy that throws',
    {
      policies: {
        current: () =>
          policyOf(() => {
            throw new Error('bad rule');
          }),
        shadows: () => [],
      },
    },
    'the policy could not decide: bad rule',
  ],
  [
    'a policy with a verdict nobody knows',
    {
      policies: {
        current: () => policyOf(() => JSON.parse(JSON.stringify({ ...decisionOf('allow'), verdict: 'yes' }))),
        shadows: () => [],
      },
    },
    'unknown verdict `yes`',
  ],
  [
    'an allow that no rule made',
    { policies: { current: () => policyOf(() => ({ ...decisionOf('allow'), rules: [] })), shadows: () => [] } },
    'no rule made it',
  ],
  [
    'an allow in which a rule denies',
    { policies: { current: () => policyOf(() => contradictory()), shadows: () => [] } },
    'a rule in it denies',
  ],
  [
    'an allow without bounds',
    { policies: { current: () => policyOf(() => unbounded()), shadows: () => [] } },
    'its grants are malformed',
  ],
])('P3: %s is a refusal that says why', async (_name, replace, because) => {
  const { ports, told } = testPorts('allow', { ...replace, limits: quick });
  const result = await make(ports);
  expect(result).toMatchObject({ outcome: 'refused' });
  expect(result.because).toContain(because);
  expect(told.ran).toEqual([]);
  expect(told.entries.map((entry) => entry.type)).toEqual(['call-refused']);
});

function contradictory(): Decision {
  const decision = decisionOf('allow');
  return { ...decision, rules: [...decision.rules, { policy: 'p', rule: 'd', verdict: 'deny', because: 'no' }] };
}

function unbounded(): Decision {
  const decision = decisionOf('allow');
  const limits = { ...decision.grants.limits, wallMs: 0 };
  return { ...decision, grants: { ...decision.grants, limits } };
}

test('P3: a missing sandbox is a refusal, before anybody is asked', async () => {
  const missing: Executor = {
    ...honestExecutor('isolate'),
    availability: async () => ({ kind: 'missing', because: 'Docker is not running: start it' }),
  };
  const { ports, told } = testPorts('ask', { executors: { isolate: missing, container: missing } });
  expect(await make(ports)).toMatchObject({ outcome: 'refused', because: 'Docker is not running: start it' });
  expect(told.questions).toEqual([]);
});

test('P5: what was classified cannot be changed after it was judged', async () => {
  const shared = { ...actionOf('read'), args: { path: 'a' } };
  const { ports, told } = testPorts('allow', {
    classifier: { classify: async () => ({ kind: 'understood', action: shared }) },
    policies: {
      current: () =>
        policyOf((action) => {
          shared.args.path = '/etc/shadow';
          expect(Object.isFrozen(action.args)).toBe(true);
          return decisionOf('allow');
        }),
      shadows: () => [],
    },
  });
  const result = await make(ports);
  expect(result.outcome).toBe('ok');
  expect(told.ran[0]?.action.args).toEqual({ path: 'a' });
  expect(told.entries[0]?.body).toMatchObject({ args: { path: 'a' }, digest: result.digest });
});

test('P5: arguments, grants, agent, session and policy each change the digest', async () => {
  const digests = new Set<string>();
  const base = testPorts('allow').ports;
  const withArgs = (args: { path: string }): Partial<CallPorts> => ({
    classifier: { classify: async () => ({ kind: 'understood', action: { ...actionOf('read'), args } }) },
  });
  const variants: [Partial<CallPorts>, Partial<typeof caller>][] = [
    [{}, {}],
    [withArgs({ path: 'a' }), {}],
    [withArgs({ path: 'b' }), {}],
    [{ policies: { current: () => policyOf(() => decisionOf('allow', { read: ['a'] })), shadows: () => [] } }, {}],
    [{}, { agent: 'other' }],
    [{}, { session: 'other' }],
    [
      {
        policies: {
          current: () => ({
            digest: 'p2',
            counted: [],
            decide: () => ({ ...decisionOf('allow'), policyDigest: 'p2' }),
          }),
          shadows: () => [],
        },
      },
      {},
    ],
  ];
  for (const [replace, by] of variants) {
    const signal = new AbortController().signal;
    const result = await governedCall(call, { ...caller, ...by }, { ...base, ...replace }, signal, () => {});
    digests.add(result.digest);
  }
  expect(digests.size).toBe(variants.length);
});

test('P5: the same call has the same digest, whatever id the model gave it', async () => {
  const { ports } = testPorts('allow');
  const signal = new AbortController().signal;
  const one = await governedCall({ ...call, id: 'x' }, caller, ports, signal, () => {});
  const two = await governedCall({ ...call, id: 'y' }, caller, ports, signal, () => {});
  expect(one.digest).toBe(two.digest);
});

test.each<[string, object, string]>([
  ['for another digest', { digest: 'sha256:other' }, 'for another action'],
  ['by the one who requested it', { by: [caller.requestedBy] }, 'by the one who requested it'],
  ['by nobody', { by: [] }, 'fewer people'],
  ['after the deadline', { at: Number.MAX_SAFE_INTEGER }, 'after its deadline'],
  ['of a kind nobody knows', { kind: 'sure' }, 'in a way nobody knows'],
  [
    'that is no approval but a decline',
    { kind: 'declined', by: 'os:x', reason: 'too risky' },
    'declined by os:x: too risky',
  ],
  ['that never came', { kind: 'expired' }, 'nobody approved it before the deadline'],
])('P6: an answer %s opens nothing', async (_name, change, because) => {
  const honest = testPorts('ask').ports.approvals;
  const { ports, told } = testPorts('ask', {
    approvals: {
      ...honest,
      ask: async (asked, shown) => Object.assign(await honest.ask(asked, shown, new AbortController().signal), change),
    },
  });
  const result = await make(ports);
  expect(result.outcome).toBe('refused');
  expect(result.because).toContain(because);
  expect(told.ran).toEqual([]);
});

test('P6: an approval that was used before opens nothing', async () => {
  const honest = testPorts('ask').ports.approvals;
  const { ports, told } = testPorts('ask', { approvals: { ...honest, claim: async () => false } });
  expect((await make(ports)).because).toContain('used, changed or withdrawn before');
  expect(told.ran).toEqual([]);
});

test('P6: a policy that changes while the question waits has it asked anew, and the old approval opens nothing', async () => {
  let digest = policyDigest;
  const honest = testPorts('ask').ports.approvals;
  const { ports, told } = testPorts('ask', {
    policies: {
      current: () => ({ digest, counted: [], decide: () => ({ ...decisionOf('ask'), policyDigest: digest }) }),
      shadows: () => [],
    },
    approvals: {
      ...honest,
      ask: async (asked, shown, signal) => {
        const answer = await honest.ask(asked, shown, signal);
        digest = told.questions.length < 2 ? 'sha256:new' : digest;
        return answer;
      },
    },
  });
  const { outcome } = await make(ports);
  expect(outcome).toBe('ok');
  expect(told.ran.map(({ decision }) => decision.policyDigest)).toEqual(['sha256:new']);
});

test('P5: a call that asks is approved for the image it runs in, and another image is asked about anew', async () => {
  const images = ['sha256:one', 'sha256:two'];
  const executor = {
    ...honestExecutor('isolate'),
    availability: async () => ({ kind: 'ready', image: images.shift() ?? 'sha256:two' }) as const,
  };
  const { ports, told } = testPorts('ask', { executors: { isolate: executor, container: executor } });
  expect((await make(ports)).outcome).toBe('ok');
  expect(told.questions.map(({ sealed }) => sealed.image)).toEqual(['sha256:one', 'sha256:two']);
  const [one, two] = told.questions.map(({ sealed }) => sealed.digest);
  expect(one).not.toBe(two);
  expect(told.entries.find(({ type }) => type === 'call-intended')?.body).toMatchObject({
    image: 'sha256:two',
    digest: two,
  });
  const lying = { ...executor, availability: async () => JSON.parse('{"kind":"ready"}') };
  const refused = await make({ ...ports, executors: { isolate: lying, container: lying } });
  expect(refused).toMatchObject({ outcome: 'refused', because: 'the sandbox does not say what it runs in' });
});

test('P8: a call that changes each time people are asked about it is refused in the end', async () => {
  let changes = 0;
  const { ports, told } = testPorts('ask', {
    policies: {
      current: () => {
        const digest = `sha256:${changes}`;
        return { digest, counted: [], decide: () => ({ ...decisionOf('ask'), policyDigest: digest }) };
      },
      shadows: () => [],
    },
  });
  const { ask } = ports.approvals;
  const approvals = {
    ...ports.approvals,
    ask: async (...asked: Parameters<typeof ask>) => {
      changes += 1;
      return ask(...asked);
    },
  };
  expect((await make({ ...ports, approvals })).because).toContain('changed while it waited too often');
  expect(told.ran).toEqual([]);
});

test('an edit is another call: judged anew, asked about anew, recorded with who made it', async () => {
  const { ports, told } = testPorts('ask', {
    classifier: {
      classify: async ({ tool, args }, by) => {
        const action = { ...actionOf(tool, by.workspace), args: JSON.parse(JSON.stringify(args)) };
        return { kind: 'understood', action };
      },
    },
  });
  const { ask } = ports.approvals;
  const editing = (by: string): CallPorts['approvals'] => ({
    ...ports.approvals,
    ask: async (asked, shown, signal) => {
      const answer = await ask(asked, shown, signal);
      if (asked.editedBy !== '') return answer;
      return { kind: 'edited', id: answer.id, digest: answer.digest, by, args: { path: 'b' } };
    },
  });
  const own = await make({ ...ports, approvals: editing(caller.requestedBy) });
  expect(own).toMatchObject({ outcome: 'refused', because: 'it was changed by the one who requested it' });
  const result = await make({ ...ports, approvals: editing('os:ann') });
  const edit = { by: 'os:ann', args: { path: 'b' } };
  expect(result).toMatchObject({ outcome: 'ok', edit });
  expect(told.ran.map(({ action }) => action.args)).toEqual([{ path: 'b' }]);
  expect(told.questions.at(-1)).toMatchObject({ editedBy: 'os:ann', sealed: { action: { args: { path: 'b' } } } });
  expect(told.entries.find(({ type }) => type === 'call-intended')?.body).toMatchObject({ args: { path: 'b' }, edit });
});

test('P1: what was left open is only adopted as the call it was: the passage judges and asks as always', async () => {
  const { ports, told } = testPorts('deny');
  const before = testPorts('ask');
  await make(before.ports);
  const [question] = before.told.questions;
  if (question === undefined) throw new Error('nothing was asked');
  const left = { question, edit: { by: 'os:ann', args: { x: 1 } } };
  const result = await governedCall(call, caller, ports, new AbortController().signal, () => {}, left);
  expect(result).toMatchObject({ outcome: 'refused', edit: { by: 'os:ann' } });
  expect(told.ran).toEqual([]);
});

test('P6: an approval that is gone when the intent is written opens nothing', async () => {
  const honest = testPorts('ask').ports.approvals;
  const { ports, told } = testPorts('ask', { approvals: { ...honest, consume: async () => null } });
  expect((await make(ports)).because).toContain('withdrawn before the call started');
  expect(told.ran).toEqual([]);
});

test('P6: an approval within its terms runs the call once', async () => {
  const { ports, told } = testPorts('ask');
  expect(await make(ports)).toMatchObject({ outcome: 'ok', output: 'done', verdict: 'ask' });
  expect(told.ran).toHaveLength(1);
  expect(told.ran[0]?.digest).toBe(told.questions[0]?.sealed.digest);
  expect(told.entries[0]?.body.approval).toEqual({ kind: 'approved', id: 'q0', by: ['os:someone'] });
});

test.each<[string, Executor['execute'], string, string]>([
  ['throws before it redeems', async () => Promise.reject(new Error('no room')), 'failed', 'no room'],
  [
    'throws after it redeemed',
    async (permit) => {
      Permit.redeem(permit);
      throw new Error('lost the sandbox');
    },
    'unknown',
    'lost the sandbox',
  ],
  [
    'says ok without redeeming',
    async () => ({ kind: 'ok', output: 'x', truncated: false, facts: {} }),
    'unknown',
    'without redeeming',
  ],
  [
    'answers something that is no outcome',
    async (permit) => JSON.parse(JSON.stringify({ kind: Permit.redeem(permit).digest })),
    'unknown',
    'nobody knows',
  ],
])('an executor that %s', async (_name, execute, outcome, because) => {
  const { ports, told } = testPorts('allow', executing(execute));
  const result = await make(ports);
  expect(result.outcome).toBe(outcome);
  expect(result.because).toContain(because);
  expect(told.entries.map((entry) => entry.type)).toEqual(['call-intended', 'call-finished']);
  expect(told.entries[1]?.body.outcome).toBe(outcome);
});

test('an executor that ignores an abort ends as unknown after the grace', async () => {
  const abort = new AbortController();
  const { ports } = testPorts('allow', {
    ...executing((permit) => {
      Permit.redeem(permit);
      abort.abort();
      return new Promise(() => {});
    }),
    limits: quick,
  });
  const result = await make(ports, abort.signal);
  expect(result).toMatchObject({ outcome: 'unknown', because: 'it was aborted and did not end in time' });
});

test('a call that is aborted while it waits for an answer is refused and recorded', async () => {
  const abort = new AbortController();
  const { ports, told } = testPorts('ask', {
    approvals: {
      ask: () => {
        abort.abort();
        return new Promise(() => {});
      },
      claim: async () => true,
      askAhead: async () => [],
      withdraw: async () => {},
      left: async () => null,
      consume: async () => null,
    },
  });
  const result = await make(ports, abort.signal);
  expect(result.outcome).toBe('refused');
  expect(told.entries.map((entry) => entry.type)).toEqual(['call-refused']);
});

test('P10: secrets are replaced in the ledger, the output and the reason', async () => {
  const { ports, told } = testPorts('allow', {
    ...executing(async (permit) => {
      Permit.redeem(permit);
      return {
        kind: 'failed',
        because: 'hunter2 was wrong',
        output: 'tried hunter2',
        truncated: false,
        facts: { saw: 'hunter2' },
      };
    }),
    redact: (text) => text.replaceAll('hunter2', '[secret]'),
  });
  const result = await make(ports);
  expect(JSON.stringify([result, told.entries])).not.toContain('hunter2');
  expect(result.output).toBe('tried [secret]');
});

test('P8: an output beyond its bound is cut at a character, and says so', async () => {
  const { ports } = testPorts('allow', {
    ...executing(async (permit) => {
      Permit.redeem(permit);
      return { kind: 'ok', output: 'ä'.repeat(1_000), truncated: false, facts: {} };
    }),
    limits: { ...defaultCallLimits, outputBytes: 101 },
  });
  expect((await make(ports)).output).toBe(`${'ä'.repeat(50)}\n[1900 bytes more were left out]`);
});

test('P8: arguments beyond their bound are refused and kept only in part', async () => {
  const { ports, told } = testPorts('allow', {
    limits: { ...defaultCallLimits, argumentBytes: 100, recordedBytes: 50 },
  });
  const huge = { ...call, args: { path: 'x'.repeat(1_000) } };
  const result = await governedCall(huge, caller, ports, new AbortController().signal, () => {});
  expect(result.because).toContain('larger than 100 bytes');
  expect(JSON.stringify(told.entries[0]).length).toBeLessThan(2_000);
});

test.each([[{ text: '\ud800' }], [{ text: 'a\\\udc00b' }], [{ '\udfff': 1 }]])(
  'half a surrogate pair in %j is refused',
  async (args) => {
    const { ports, told } = testPorts('allow');
    const result = await governedCall({ ...call, args }, caller, ports, new AbortController().signal, () => {});
    expect(result.because).toMatch(/surrogate/i);
    expect(JSON.stringify(told.entries[0]).isWellFormed()).toBe(true);
  },
);

test('a tool name with half a surrogate pair is refused and recorded', async () => {
  const { ports, told } = testPorts('allow');
  const result = await governedCall(
    { ...call, tool: 'a\ud800' },
    caller,
    ports,
    new AbortController().signal,
    () => {},
  );
  expect(result.outcome).toBe('refused');
  expect(told.entries).toHaveLength(1);
});

test.each([[{ text: '😀' }], [{ text: '\\ud800 spelled out' }], [{ text: '\\\\ud800' }]])(
  '%j is text like any other',
  async (args) => {
    const { ports } = testPorts('allow');
    const result = await governedCall({ ...call, args }, caller, ports, new AbortController().signal, () => {});
    expect(result.outcome).toBe('ok');
  },
);

test('an output with half a surrogate pair is recorded and told as well-formed text', async () => {
  const { ports, told } = testPorts(
    'allow',
    executing(async (permit) => {
      Permit.redeem(permit);
      return { kind: 'ok', output: 'a\ud800', truncated: false, facts: { saw: '\udc00' } };
    }),
  );
  expect((await make(ports)).output).toBe('a\ufffd');
  expect(
    told.entries.every((entry) =>
      Object.values(entry.body).every((value) => JSON.stringify(value).includes('\\ud') === false),
    ),
  ).toBe(true);
});

test('arguments that are not JSON are refused, and recorded as such', async () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  for (const args of [loop, undefined, () => 1, 1n]) {
    const { ports, told } = testPorts('allow');
    const result = await governedCall({ ...call, args }, caller, ports, new AbortController().signal, () => {});
    expect(result.outcome).toBe('refused');
    expect(told.entries).toHaveLength(1);
  }
});

const limit = { policy: 'test', rule: 'r', max: 1, windowMs: 1_000 };
const countedPolicy = (verdict: 'ask' | 'allow') =>
  fixedPolicy({
    digest: policyDigest,
    counted: [limit],
    decide: () => ({ ...decisionOf(verdict), uses: [limit] }),
  });

test.each([
  ['gives no place', async () => false, 'another call took the last use of rule `r`'],
  [
    'throws',
    async () => {
      throw new Error('disk full');
    },
    'could not count the uses of its rules: disk full',
  ],
  ['hangs', () => new Promise<never>(() => {}), 'counting the uses of rules'],
])('P3: a count of uses that %s refuses, and nothing runs', async (_name, take, because) => {
  const { ports, told } = testPorts('allow', {
    policies: countedPolicy('allow'),
    uses: { count: async () => [0], take },
    limits: { ...quick, ledgerMs: 50 },
  });
  const result = await make(ports);
  expect([result.outcome, result.because]).toEqual(['refused', expect.stringContaining(because)]);
  expect(told.ran).toEqual([]);
});

test('P3: uses that cannot be read refuse before anybody is asked', async () => {
  const count = async () => {
    throw new Error('no disk');
  };
  const { ports, told } = testPorts('ask', { policies: countedPolicy('ask'), uses: { count, take: async () => true } });
  expect((await make(ports)).because).toContain('no disk');
  expect(told.questions).toEqual([]);
});

test('a call takes its place once, after the approval and before the intent', async () => {
  const order: string[] = [];
  const { ports, told } = testPorts('ask', {
    policies: countedPolicy('ask'),
    uses: {
      count: async () => [0],
      take: async (limits) =>
        order.push(`take ${limits.length}, asked ${told.questions.length}, recorded ${told.entries.length}`) > 0,
    },
  });
  expect((await make(ports)).outcome).toBe('ok');
  expect(order).toEqual(['take 1, asked 1, recorded 0']);
});

test('a decision that hides the counted rule which made it is no decision', async () => {
  const { ports } = testPorts('allow', {
    policies: fixedPolicy({ digest: policyDigest, counted: [limit], decide: () => decisionOf('allow') }),
    uses: { count: async () => [0], take: async () => true },
  });
  expect((await make(ports)).because).toContain('it does not use the counted rules that made it');
});

test('policies on trial are written down and change nothing, whatever they do', async () => {
  const strict = policyOf(() => decisionOf('deny'));
  const broken = policyOf(() => {
    throw new Error('bad rule');
  });
  const { ports, told } = testPorts('allow', {
    policies: { current: () => policyOf(() => decisionOf('allow')), shadows: () => [strict, broken] },
  });
  expect((await make(ports)).outcome).toBe('ok');
  expect(told.entries[0]?.body).toMatchObject({
    shadows: [
      { verdict: 'deny', because: 'the test rule says deny' },
      { verdict: 'deny', because: expect.stringContaining('bad rule') },
    ],
  });
});

/** Labels in memory, of exact paths. */
function labelsInMemory(known: Record<string, readonly string[]>) {
  const marked: LabelMark[] = [];
  const labels: PathLabels = {
    look: async () => async (paths) => paths.flatMap((path) => known[path] ?? []),
    mark: async (marks) => {
      marked.push(...marks);
    },
  };
  return { labels, marked };
}

const touching = (kind: 'read' | 'write', path: string): Partial<CallPorts> => ({
  classifier: {
    classify: async (call, by) => {
      const action = actionOf(call.tool, by.workspace);
      const effect = { kind, path, absolute: `${by.workspace}/${path}`, standing: 'own' } as const;
      return { kind: 'understood', action: { ...action, effects: [...action.effects, effect] } };
    },
  },
});

test('the labels of a file that is read are there for the rules, before anything runs', async () => {
  const seen: (readonly string[])[] = [];
  const { labels } = labelsInMemory({ '/work/place/notes.md': ['untrusted'] });
  const policy = policyOf((_action, _caller, { inputs }) => {
    seen.push(inputs);
    return decisionOf('allow');
  });
  const { ports } = testPorts('allow', { ...touching('read', 'notes.md'), policies: fixedPolicy(policy), labels });
  await make(ports);
  expect(seen).toEqual([['untrusted']]);
});

test('a file is marked before the intent, with the labels of the session, of the call and of what lay there', async () => {
  const { labels, marked } = labelsInMemory({ '/work/place/notes.md': ['old'] });
  const policies = fixedPolicy(policyOf(() => ({ ...decisionOf('allow'), labels: ['fresh'] })));
  const { ports, told } = testPorts('allow', { ...touching('write', 'notes.md'), policies, labels });
  const recorded: number[] = [];
  const mark: PathLabels['mark'] = async (marks) => {
    recorded.push(told.entries.length);
    await labels.mark(marks);
  };
  const signal = new AbortController().signal;
  const by = { ...caller, labels: ['untrusted'] };
  await governedCall(
    { id: 'c', tool: 'write', args: {} },
    by,
    { ...ports, labels: { ...labels, mark } },
    signal,
    () => {},
  );
  expect(recorded).toEqual([0]);
  expect(marked).toEqual([{ path: '/work/place/notes.md', labels: ['fresh', 'old', 'untrusted'], changed: null }]);
});

test('a directory that a call may write is marked for as long as the call can run', async () => {
  const { labels, marked } = labelsInMemory({});
  const policies = fixedPolicy(policyOf(() => ({ ...decisionOf('allow', { write: ['out/**'] }), labels: ['x'] })));
  const { ports } = testPorts('allow', { policies, labels });
  const before = Date.now();
  await make(ports);
  const [mark] = marked;
  expect(mark).toMatchObject({ path: '/work/place/out', labels: ['x'] });
  expect(mark?.changed?.from).toBeLessThan(before);
  expect(mark?.changed?.until).toBeGreaterThan(before + 60_000);
});

test.each([
  [
    'cannot be marked',
    {
      look: async () => async () => [],
      mark: async () => {
        throw new Error('disk full');
      },
    },
    'disk full',
  ],
  [
    'have labels nobody can read',
    {
      look: async () => {
        throw new Error('no disk');
      },
      mark: async () => {},
    },
    'no disk',
  ],
])('P3: files that %s are not written', async (_name, labels: PathLabels, because) => {
  const policies = fixedPolicy(policyOf(() => ({ ...decisionOf('allow'), labels: ['x'] })));
  const { ports, told } = testPorts('allow', { ...touching('write', 'a'), policies, labels });
  const result = await make(ports);
  expect([result.outcome, result.because]).toEqual(['refused', expect.stringContaining(because)]);
  expect(told.ran).toEqual([]);
});

test('what an isolate was granted to read labels its result', async () => {
  const { labels } = labelsInMemory({ '/work/place/logs': ['untrusted'] });
  const policies = fixedPolicy(policyOf(() => decisionOf('allow', { read: ['logs/**'] })));
  const { ports } = testPorts('allow', { policies, labels });
  expect((await make(ports)).labels).toEqual(['untrusted']);
});

test.each([
  [
    'a text that changed',
    async (): Promise<FileContent[]> => [{ path: '/work/place/x', content: `sha256:${Math.random()}` }],
    'changed while it waited',
  ],
  [
    'a file nobody can read any more',
    async () => {
      throw new Error('gone');
    },
    'gone',
  ],
])('P5: an approval is for the files as they were: %s refuses', async (_name, readContents: ReadContents, because) => {
  const { ports, told } = testPorts('ask', { ...touching('read', 'x'), readContents });
  expect((await make(ports)).because).toContain(because);
  expect(told.ran).toEqual([]);
});

test('what a call that asks reads is under its digest and on record; of one that is allowed nothing is read', async () => {
  const looked: (readonly string[])[] = [];
  const readContents: ReadContents = async (paths) => {
    looked.push(paths);
    return paths.map((path) => ({ path, content: 'sha256:1' }));
  };
  const asked = testPorts('ask', { ...touching('read', 'x'), readContents });
  const result = await make(asked.ports);
  expect(result.outcome).toBe('ok');
  expect(asked.told.questions[0]?.sealed.contents).toEqual([{ path: '/work/place/x', content: 'sha256:1' }]);
  expect(asked.told.entries[0]?.body).toMatchObject({ contents: [{ path: '/work/place/x', content: 'sha256:1' }] });
  const other = testPorts('ask', { ...touching('read', 'x'), readContents: async () => [] });
  expect((await make(other.ports)).digest).not.toBe(result.digest);
  looked.length = 0;
  await make(testPorts('allow', { ...touching('read', 'x'), readContents }).ports);
  expect(looked).toEqual([]);
});

test('private arguments reach the sandbox and the model, but no record, and cannot be guessed from the digest', async () => {
  const token = 'a private token';
  const recording = { ...plainRecording, findPrivate: findPrivateAt(['login.token', 'login.pin']) };
  const classifier: CallPorts['classifier'] = {
    classify: async ({ tool, args }, by) => ({
      kind: 'understood',
      action: { ...actionOf(tool, by.workspace), args: { ...Object(args) } },
    }),
  };
  const executor: Executor = {
    ...honestExecutor('isolate'),
    execute: async (permit) => {
      const { args } = Permit.redeem(permit).action;
      return {
        kind: 'ok',
        output: `it was ${String(args.token)}`,
        truncated: false,
        facts: { sent: [args.token ?? ''] },
      };
    },
  };
  const call = { id: 'c1', tool: 'login', args: { token, pin: 1234 } };
  const digests: string[] = [];
  for (const key of ['one', 'another']) {
    for (const verdict of ['allow', 'deny'] as const) {
      const { ports, told } = testPorts(verdict, {
        classifier,
        recording: { ...recording, digestKey: () => key },
        executors: { isolate: executor, container: executor },
      });
      const result = await governedCall(call, caller, ports, new AbortController().signal, () => {});
      if (verdict === 'allow') {
        expect(result.output).toBe(`it was ${token}`);
        digests.push(result.digest);
      }
      expect(told.entries.length).toBeGreaterThan(0);
      for (const { body } of told.entries) {
        expect(JSON.stringify(body)).not.toMatch(/a private token|1234/);
        expect(JSON.stringify(body)).toContain('[private]');
        expect(JSON.stringify(body)).not.toContain(key === 'one' ? '"one"' : 'another');
      }
    }
  }
  expect(new Set(digests).size).toBe(2);
});
