import Docker from 'dockerode';
import { fixedPolicy, noLabels, noUses } from '../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../src/kernel/governed-call.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { createClassifier } from '../../src/policy/classify/classify.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { createContainerExecutor, usualSandboxImage } from '../../src/sandbox/container.ts';
import { builtInTools } from '../../src/sandbox/tools/index.ts';
import { createInstance } from '../../src/store/instance.ts';
import { caller, testPorts } from '../fixtures/ports.ts';
import { type Figure, percentile, timeFigure, timesOf } from './measure.ts';

const policyText =
  'policy: bench\nrules:\n  - id: true\n    allow: { run: ["true"] }\n    because: it does nothing\n'.replace(
    'id: true',
    'id: nothing',
  );

/** A command from proposal to answer, in a container made for it; no pool yet. */
export async function benchContainer(directory: string): Promise<readonly Figure[]> {
  const policy = await loadPolicy([{ path: 'bench.yaml', text: policyText }]);
  const container = createContainerExecutor({ clock: systemClock, instance: createInstance(), privateDirectories: [] });
  const { ports } = testPorts('allow', {
    classifier: createClassifier({ tools: builtInTools, privateDirectories: [] }),
    policies: fixedPolicy(policy),
    uses: noUses,
    labels: noLabels,
    executors: { isolate: container, container },
  });
  const call = { id: 'c', tool: 'exec', args: { argv: ['true'] } };
  const signal = new AbortController().signal;
  const times = await timesOf(10, 2, async () => {
    const result = await governedCall(call, { ...caller, workspace: directory }, ports, signal, () => {});
    if (result.outcome !== 'ok') throw new Error(result.because);
  });
  await container.close();
  const bare = await timesOf(10, 2, bareContainer);
  return [
    timeFigure(
      'container call, fresh container, p50',
      percentile(times, 0.5),
      'ms',
      1_000,
      percentile(bare, 0.5),
      'bare create + start + wait',
    ),
  ];
}

async function bareContainer(): Promise<void> {
  const docker = new Docker({ socketPath: '/var/run/docker.sock' });
  const made = await docker.createContainer({
    Image: usualSandboxImage,
    Cmd: ['true'],
    Labels: { 'sallyport.bench': '1' },
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} } },
  });
  try {
    await made.start();
    await made.wait();
  } finally {
    await made.remove({ force: true });
  }
}
