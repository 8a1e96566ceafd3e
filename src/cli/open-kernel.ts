// Puts the parts together for a command that makes calls: store, ledger, approvals, policy, sandboxes. What an earlier
// process left behind when it died is closed or swept first. Whoever opens it closes it.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config.ts';
import { createHalts } from '../halts/halts.ts';
import { messageOf } from '../kernel/checked.ts';
import { defaultCallLimits } from '../kernel/limits.ts';
import type { CallPorts } from '../kernel/ports.ts';
import type { Store } from '../kernel/store.ts';
import { systemClock } from '../kernel/system-clock.ts';
import type { Caller, Tool } from '../kernel/types.ts';
import { createPathLabels } from '../labels/path-labels.ts';
import { startPruning } from '../ledger/beside/retention.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import { recoverInterrupted } from '../ledger/recover.ts';
import { takeOver, type WaitingRun } from '../ledger/waiting-runs.ts';
import { contentsOf } from '../policy/classify/contents.ts';
import { type FollowedFiles, followPolicy } from '../policy/follow-policy.ts';
import { createContainerExecutor, sweepLeftovers, usualSandboxImage } from '../sandbox/container.ts';
import { createEgress } from '../sandbox/egress/egress.ts';
import { createUnfinishedFiles } from '../sandbox/files/unfinished-files.ts';
import { createIsolateExecutor } from '../sandbox/isolate.ts';
import { createChangeStore } from '../sandbox/preview/change-store.ts';
import { createInstance, isInstanceAlive } from '../store/instance.ts';
import type { AnswerQuestion } from './ask-in-terminal.ts';
import { keptSecrets } from './kept-secrets.ts';
import { likelyGrants } from './likely-calls.ts';
import { openApprovals, redactorOf } from './open-approvals.ts';
import { openCheckpoints } from './open-checkpoints.ts';
import { openJudge } from './open-judge.ts';
import { openLedger } from './open-ledger.ts';
import { openSessionDesk, type SessionDesk } from './open-sessions.ts';
import { loadPolicyFiles, policyFilesOf, readPolicyFiles, shadowFilesOf } from './policy-files.ts';
import { recordingOf } from './recording.ts';
import { retentionOf } from './retention.ts';

/** As many as processors are usual; further ones start where calls wait for the world, each some 60 MiB. */
const isolateProcessesMax = 16;

/** More than can be open at once. */
const wantedMax = 10_000;

/** The kernel of one command. */
export interface Kernel {
  readonly ports: CallPorts;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly ledger: LedgerReader;
  readonly answer: AnswerQuestion;
  readonly sessions: SessionDesk;
  /** Has containers wait for the calls that are likely to come. What goes wrong with it the calls themselves will say. */
  expect(caller: Pick<Caller, 'agent' | 'workspace'>): void;
  /** Takes over a run whose process died while it waited for people; false if another process was first. */
  takeOver(run: WaitingRun): Promise<boolean>;
  close(): Promise<void>;
}

/** Policy files named on the command line; where a list is empty, the configured ones count. */
export interface NamedPolicies {
  readonly policy: readonly string[];
  /** Files of a policy on trial. */
  readonly shadow: readonly string[];
}

/** Opens everything for the calls of `agent`. `tell` hears what happens to the policy while it is open. */
export async function openKernel(
  settings: Settings,
  agent: string,
  named: NamedPolicies,
  tell: (message: string) => void,
): Promise<Kernel> {
  const { tools, classifier } = await openJudge(settings, named.policy);
  const instance = createInstance();
  const redact = redactorOf(settings);
  const recording = recordingOf(settings);
  const { store, ledger } = await openLedger(settings.home, systemClock);
  const policies = await followPolicy(
    followed(policyFilesOf(settings, agent, named.policy), settings.home),
    followed(shadowFilesOf(settings, agent, named.shadow), settings.home),
    { record: (entry) => ledger.append(entry), tell },
  ).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { approvals, answer } = openApprovals(store, settings, instance, redact);
  const { socketPath } = settings.docker;
  const privateDirectories = [realpathSync(settings.home)];
  const unfinished = createUnfinishedFiles(join(settings.home, 'unfinished'), instance);
  const previews = join(settings.home, 'previews');
  const changes = createChangeStore({ directory: previews, instance, privateDirectories, unfinished });
  const isolate = createIsolateExecutor({
    tools,
    nodePath: process.execPath,
    processesMax: isolateProcessesMax,
    privateDirectories,
    changes,
    unfinished,
  });
  const image = settings.config.sandboxImage ?? usualSandboxImage;
  const egress = createEgress({ clock: systemClock, secrets: keptSecrets(settings.secrets) });
  const container = createContainerExecutor({
    socketPath,
    image,
    clock: systemClock,
    instance,
    privateDirectories,
    changes,
    scripts: { tools, directory: join(settings.home, 'scripts') },
    egress,
  });
  try {
    await recoverInterrupted(store, systemClock, isInstanceAlive);
    await approvals.expireOverdue();
  } catch (error) {
    await policies.close();
    await store.close();
    throw error;
  }
  const checkpoints = openCheckpoints(settings, store, ledger, tell);
  const pruning = startPruning(store, retentionOf(settings), systemClock, 'sallyport', tell);
  const expected = new Set<Promise<void>>();
  const swept = Promise.all([
    sweepLeftovers({ socketPath, clock: systemClock, isInstanceAlive }),
    wantedPreviews(store).then((wanted) => changes.sweep(isInstanceAlive, wanted)),
    unfinished.sweep(isInstanceAlive),
  ]);
  return {
    ports: {
      clock: systemClock,
      classifier,
      policies,
      uses: store,
      labels: createPathLabels(store),
      readContents: contentsOf,
      halts: createHalts(store, systemClock, redact),
      approvals,
      ledger,
      executors: { isolate, container },
      changes,
      redact,
      recording,
      instance,
      limits: defaultCallLimits,
    },
    tools,
    ledger,
    answer,
    sessions: openSessionDesk(store, ledger),
    expect({ agent: by, workspace }) {
      const { digest } = policies.current();
      const warming = likelyGrants(ledger, { agent: by, workspace }, digest)
        .then((likely) => container.warm(likely.map((grants) => ({ workspace, grants }))))
        .catch((error: unknown) => tell(`no container waits for the first call: ${messageOf(error)}`));
      expected.add(warming);
    },
    takeOver: (run) => takeOver(store, systemClock, run, instance),
    async close() {
      await policies.close();
      await Promise.all([isolate.close(), container.close(), pruning.close(), swept, ...expected]);
      await changes.close();
      await unfinished.close();
      await checkpoints.close();
      await store.close();
    },
  };
}

/** Previews that people may still approve: their calls can be gone on with. */
async function wantedPreviews(store: Store): Promise<ReadonlySet<string>> {
  const states = ['pending', 'approved', 'claimed'] as const;
  const questions = await store.questions({ states, run: null, call: null, limit: wantedMax });
  const open = questions.filter(({ question }) => systemClock.now() < question.deadline);
  return new Set(open.flatMap(({ question }) => question.sealed.changes?.id ?? []));
}

const followed = (paths: readonly string[], home: string): FollowedFiles => ({
  paths,
  read: readPolicyFiles,
  load: (texts) => loadPolicyFiles(texts, home),
});
