// Steps 1 and 2 of the passage: what a call would do, and what the policy says of it. Doubt in either is a denial.

import { resolve } from 'node:path';
import { canonicalJson, frozenCopy } from './canonical.ts';
import { checkedAction, checkedDecision, denial, messageOf } from './checked.ts';
import { globStart } from './path-patterns.ts';
import type { Availability, CallPorts, FindLabels, Policy } from './ports.ts';
import { seal } from './seal.ts';
import { shadowDecisions } from './shadow.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Action, Call, Caller, Decision, FileContent, Moment, SealedAction } from './types.ts';
import { within } from './within.ts';

/** What judging needs: no sandbox, no ledger. */
export type JudgePorts = Pick<
  CallPorts,
  'classifier' | 'policies' | 'uses' | 'labels' | 'readContents' | 'halts' | 'recording' | 'clock' | 'limits'
>;

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
  const unclear = (because: string) =>
    seal(
      unknownAction(call, caller),
      denial(because, policy.digest),
      { inputs: [], shadows: [], contents: [] },
      caller,
    );
  try {
    if (canonicalJson(call.args).length > limits.argumentBytes) {
      return unclear(`could not read the arguments: they are larger than ${limits.argumentBytes} bytes`);
    }
    const understand = () =>
      Promise.all([classifier.classify(call, caller), ports.labels.look(), ports.halts.reason(caller.agent)]);
    const [classified, findLabels, halted] = await watch.during('classify', () =>
      within(understand, 'understanding the call', limits.classifyMs, clock, signal),
    );
    if (halted !== '') return unclear(halted);
    if (classified.kind !== 'understood') return unclear(classified.because || 'the call could not be understood');
    const action = checkedAction(classified.action, call, caller, limits.effects);
    const inputs = await labelsOfFiles(action, findLabels, ports, signal);
    const moment = await momentOf(policy, inputs, ports, signal);
    const [decided, shadows] = watch.during('decide', () => [
      checkedDecision(() => policy.decide(action, caller, moment), policy),
      shadowDecisions(ports.policies.shadows(), action, caller, moment),
    ]);
    const decision = await withLabelsOfGrants(decided, action, findLabels, ports, signal);
    const contents = decision.verdict === 'ask' ? await contentsOfFiles(action, ports, signal) : [];
    const { findPrivate, digestKey } = ports.recording;
    const isPrivate = [call.args, action.args].some((args) => findPrivate(action.tool, args).length > 0);
    return seal(action, decision, { inputs, shadows, contents }, caller, isPrivate ? digestKey() : undefined);
  } catch (error) {
    return unclear(`could not understand the call: ${messageOf(error)}`);
  }
}

/** Labels that earlier calls left on the files this one reads. */
const labelsOfFiles = (
  { effects }: Action,
  find: FindLabels,
  ports: JudgePorts,
  signal: AbortSignal,
): Promise<readonly string[]> =>
  labelsAt(
    effects.flatMap((effect) => (effect.kind === 'read' ? [effect.absolute] : [])),
    find,
    ports,
    signal,
  );

/** What lies in the files it reads, for as long as people think about it. */
async function contentsOfFiles(
  { effects }: Action,
  { readContents, clock, limits }: JudgePorts,
  signal: AbortSignal,
): Promise<readonly FileContent[]> {
  const paths = effects.flatMap((effect) => (effect.kind === 'read' ? [effect.absolute] : []));
  if (paths.length === 0) return [];
  return frozenCopy(
    await within(() => readContents(paths), 'reading the files it names', limits.classifyMs, clock, signal),
  );
}

/**
 * A program in an isolate reads what it was granted without an effect for each file, so its result carries the labels of
 * all of it. Of a container that is not asked: it is always granted the whole workspace to read.
 */
async function withLabelsOfGrants(
  decision: Decision,
  action: Action,
  find: FindLabels,
  ports: JudgePorts,
  signal: AbortSignal,
): Promise<Decision> {
  if (action.sandbox !== 'isolate' || decision.verdict === 'deny') return decision;
  const granted = decision.grants.read.map((entry) => resolve(action.workspace, globStart(entry)));
  const found = await labelsAt(granted, find, ports, signal);
  if (found.every((label) => decision.labels.includes(label))) return decision;
  return frozenCopy({ ...decision, labels: [...new Set([...decision.labels, ...found])].sort() });
}

async function labelsAt(
  paths: readonly string[],
  find: FindLabels,
  { clock, limits }: JudgePorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  return within(() => find(paths), 'looking for the labels of files', limits.classifyMs, clock, signal);
}

/** What the policy may depend on now; only a policy that counts asks how often its rules were used. */
async function momentOf(
  policy: Policy,
  inputs: readonly string[],
  { uses, clock, limits }: JudgePorts,
  signal: AbortSignal,
): Promise<Moment> {
  const now = clock.now();
  if (policy.counted.length === 0) return { now, used: [], inputs };
  const count = () => uses.count(policy.counted, now);
  const used = await within(count, 'counting the uses of rules', limits.ledgerMs, clock, signal);
  return { now, used, inputs };
}

/** What stands for a call that was not understood: the tool effect alone, and no arguments a sandbox could get. */
function unknownAction(call: Call, caller: Caller): SealedAction['action'] {
  const tool = String(call.tool).toWellFormed();
  const effects = [{ kind: 'tool', name: tool, standing: 'own' }] as const;
  const { workspace } = caller;
  return frozenCopy({
    tool,
    toolVersion: '',
    sandbox: 'isolate',
    args: {},
    effects,
    labels: [],
    script: null,
    workspace,
  });
}

/** Whether the sandbox can run the action now, and in which image. Never throws. */
export async function lookForSandbox(
  { action, decision }: SealedAction,
  { executors, clock, limits }: Pick<CallPorts, 'executors' | 'clock' | 'limits'>,
  signal: AbortSignal,
): Promise<Availability> {
  const missing = (because: string): Availability => ({ kind: 'missing', because });
  try {
    const ask = () => executors[action.sandbox].availability(decision.grants, action.workspace);
    const availability = await within(ask, 'looking for the sandbox', limits.classifyMs, clock, signal);
    if (availability.kind !== 'ready') return missing(availability.because || 'the sandbox is missing');
    return typeof availability.image === 'string' ? availability : missing('the sandbox does not say what it runs in');
  } catch (error) {
    if (signal.aborted) return missing('the run was aborted before the call started');
    return missing(`the sandbox is missing: ${messageOf(error)}`);
  }
}
