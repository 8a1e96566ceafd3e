// Steps 1 and 2 of the passage: what a call would do, and what the policy says of it. Doubt in either is a denial.

import { canonicalJson, frozenCopy } from './canonical.ts';
import { checkedAction, checkedDecision, denial, messageOf } from './checked.ts';
import type { CallPorts, Executor, Policy } from './ports.ts';
import { seal } from './seal.ts';
import { shadowDecisions } from './shadow.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Call, Caller, Moment, SealedAction } from './types.ts';
import { within } from './within.ts';

/** What judging needs: no sandbox, no ledger. */
export type JudgePorts = Pick<CallPorts, 'classifier' | 'policies' | 'uses' | 'clock' | 'limits'>;

/** The call, understood, decided and sealed. Never throws: what goes wrong becomes a denial that says why. */
export async function judge(
  call: Call,
  caller: Caller,
  ports: JudgePorts,
  signal: AbortSignal,
  watch: Stopwatch,
): Promise<SealedAction> {
  const { classifier, clock, limits } = ports;
  const policy = ports.policies.current();
  const unclear = (because: string) => seal(unknownAction(call, caller), denial(because, policy.digest), [], caller);
  try {
    if (canonicalJson(call.args).length > limits.argumentBytes) {
      return unclear(`could not read the arguments: they are larger than ${limits.argumentBytes} bytes`);
    }
    const classified = await watch.during('classify', () =>
      within(() => classifier.classify(call, caller), 'understanding the call', limits.classifyMs, clock, signal),
    );
    if (classified.kind !== 'understood') return unclear(classified.because || 'the call could not be understood');
    const action = checkedAction(classified.action, call, caller, limits.effects);
    const moment = await momentOf(policy, ports, signal);
    return watch.during('decide', () => {
      const decision = checkedDecision(() => policy.decide(action, caller, moment), policy);
      const shadows = shadowDecisions(ports.policies.shadows(), action, caller, moment.now);
      return seal(action, decision, shadows, caller);
    });
  } catch (error) {
    return unclear(`could not understand the call: ${messageOf(error)}`);
  }
}

/** What the policy may depend on now; only a policy that counts asks how often its rules were used. */
async function momentOf(policy: Policy, ports: JudgePorts, signal: AbortSignal): Promise<Moment> {
  const { uses, clock, limits } = ports;
  const now = clock.now();
  if (policy.counted.length === 0) return { now, used: [] };
  const count = () => uses.count(policy.counted, now);
  return { now, used: await within(count, 'counting the uses of rules', limits.ledgerMs, clock, signal) };
}

/** What stands for a call that was not understood: the tool effect alone, and no arguments a sandbox could get. */
function unknownAction(call: Call, caller: Caller): SealedAction['action'] {
  const tool = String(call.tool).toWellFormed();
  const effects = [{ kind: 'tool', name: tool, standing: 'own' }] as const;
  const { workspace } = caller;
  return frozenCopy({ tool, toolVersion: '', sandbox: 'isolate', args: {}, effects, labels: [], workspace });
}

/** Why the sandbox cannot run now, or an empty text. */
export async function missingSandbox(executor: Executor, ports: CallPorts, signal: AbortSignal): Promise<string> {
  const { clock, limits } = ports;
  try {
    const asked = () => executor.availability();
    const availability = await within(asked, 'looking for the sandbox', limits.classifyMs, clock, signal);
    if (availability.kind === 'ready') return '';
    return availability.because || 'the sandbox is missing';
  } catch (error) {
    return `the sandbox is missing: ${messageOf(error)}`;
  }
}
