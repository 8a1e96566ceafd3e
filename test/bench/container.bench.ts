import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Docker from 'dockerode';
import { openLedger } from '../../src/cli/open-ledger.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { noGrants } from '../../src/kernel/limits.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { Grants } from '../../src/kernel/types.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { type ContainerExecutor, createContainerExecutor, usualSandboxImage } from '../../src/sandbox/container.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { createInstance } from '../../src/store/instance.ts';
import { caller, testPorts } from '../fixtures/ports.ts';
import { type Figure, percentile, timeFigure, timesOf } from './measure.ts';

const policyText = `policy: bench
rules:
  - id: nothing
    allow: { run: ["true"] }
    because: it does nothing
  - id: no-keys
    deny: { read: ["**/.env", "**/*.pem"] }
    because: keys are nobody's business
`;
/** What the container of a call of the policy above is granted. */
const granted: Grants = { ...noGrants, read: ['.'], exceptRead: ['**/.env', '**/*.pem'] };
const call = { id: 'c', tool: 'exec', args: { argv: ['true'] } };
const never = new AbortController().signal;
const docker = new Docker({ socketPath: '/var/run/docker.sock' });

/** A command from proposal to answer, both records durable: in a container that waited, in one made for it, many at once. */
export async function benchContainer(directory: string): Promise<readonly Figure[]> {
  const workspace = join(directory, 'workspace');
  for (let index = 0; index < 50; index += 1) mkdirSync(join(workspace, `part-${index}`), { recursive: true });
  for (let index = 0; index < 500; index += 1) writeFileSync(join(workspace, `part-${index % 50}/${index}.txt`), 'x');
  writeFileSync(join(workspace, '.env'), 'x');
  const { store, ledger } = await openLedger(join(directory, 'home'), systemClock);
  const policy = await loadPolicy([{ path: 'bench.yaml', text: policyText }]);
  const classifier = createClassifier({ tools: builtInTools, privateDirectories: [] });
  const callIn = (container: ContainerExecutor) => {
    const policies = { current: () => policy, shadows: () => [] };
    const { ports } = testPorts('allow', {
      classifier,
      policies,
      executors: { isolate: container, container },
      ledger,
    });
    return async () => {
      const result = await governedCall(call, { ...caller, workspace }, ports, never, () => {});
      if (result.outcome !== 'ok') throw new Error(result.because);
    };
  };
  const atOnce = executorWith(0);
  const pooled = executorWith(waitingMax);
  try {
    const cold = await timesOf(8, 1, callIn(atOnce));
    const bare = await timesOf(8, 1, bareContainer);
    const before = heapMiB();
    await pooled.warm([{ workspace, grants: granted }], waitingMax);
    const heap = (heapMiB() - before) / pooled.waiting;
    const warm = await waitedTimes(40, 10, callIn(pooled), pooled);
    const exec = percentile(await execTimes(), 0.5);
    const startedAt = performance.now();
    const callTogether = callIn(pooled);
    await Promise.all(Array.from({ length: 16 }, callTogether));
    const together = performance.now() - startedAt;
    const create = percentile(bare, 0.5);
    return [
      timeFigure('container call, one waited, p50', percentile(warm, 0.5), 'ms', 5, exec, 'exec by API'),
      timeFigure('container call, made for it, p50', percentile(cold, 0.5), 'ms', create * 1.2, create, dockerRun),
      timeFigure('16 container calls at once, all done', together, 'ms', exec * 16, exec, 'exec by API'),
      heapFigure(heap),
    ];
  } finally {
    await Promise.all([atOnce.close(), pooled.close()]);
    await store.close();
  }
}

/**
 * One call after the other, each when another container waits in place of the last: making it is not on the path of a call.
 * The first `warmUp` do not count.
 */
async function waitedTimes(count: number, warmUp: number, work: () => Promise<void>, pooled: ContainerExecutor) {
  const times: number[] = [];
  while (times.length < count + warmUp) {
    const enough = pooled.waiting;
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
    for (let look = 0; look < 100 && pooled.waiting < enough; look += 1) await systemClock.sleep(20, never);
  }
  return times.slice(warmUp).sort((one, other) => one - other);
}

const waitingMax = 100;
const dockerRun = 'bare create + attach + start + wait + remove';

const executorWith = (containersMax: number): ContainerExecutor =>
  createContainerExecutor({
    clock: systemClock,
    instance: createInstance(),
    privateDirectories: [],
    pool: { perProfileMax: containersMax, containersMax, idleMs: 600_000 },
  });

const heapFigure = (perContainer: number): Figure => ({
  name: 'kernel heap for each waiting container',
  value: perContainer,
  unit: 'MiB',
  floor: 1.5,
  floorName: 'the bound',
  aim: '≤ 1.5 MiB',
  isMet: perContainer <= 1.5,
});

/** After everything that is not needed any more is gone. */
function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 1_048_576;
}

const bareOptions = {
  Image: usualSandboxImage,
  Labels: { 'sallyport.bench': '1' },
  HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} } },
};

/** What `docker run --rm` asks of the engine. */
async function bareContainer(): Promise<void> {
  const made = await docker.createContainer({ ...bareOptions, Cmd: ['true'] });
  try {
    const stream = await made.attach({ stream: true, stdout: true, stderr: true });
    stream.resume();
    await made.start();
    await made.wait();
  } finally {
    await made.remove({ force: true });
  }
}

/** `true` by the engine's exec in a container that runs. */
async function execTimes(): Promise<readonly number[]> {
  const running = await docker.createContainer({ ...bareOptions, Cmd: ['sleep', '600'] });
  try {
    await running.start();
    return await timesOf(20, 3, async () => {
      const exec = await running.exec({ Cmd: ['true'], AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({});
      await new Promise((resolve) => stream.on('close', resolve).on('end', resolve).resume());
      const { ExitCode } = await exec.inspect();
      if (ExitCode !== 0) throw new Error(`exec ended with ${ExitCode}`);
    });
  } finally {
    await running.remove({ force: true });
  }
}
