// The image that rules name for a call, on the real engine with a second image made for this; and what an engine could answer
// that no honest one does.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixedPolicy } from '../../../src/kernel/fixed-policy.ts';
import { governedCall } from '../../../src/kernel/governed-call.ts';
import { noGrants } from '../../../src/kernel/limits.ts';
import { systemClock } from '../../../src/kernel/system-clock.ts';
import { readinessOf } from '../../../src/sandbox/container/availability.ts';
import { type Engine, engineAt, type FoundImage } from '../../../src/sandbox/container/engine.ts';
import { usualDockerSocket, usualSandboxImage } from '../../../src/sandbox/container.ts';
import { containerBench } from '../../fixtures/container-bench.ts';
import { permitFor } from '../../fixtures/permit-for.ts';
import { actionOf, caller, decisionOf, policyOf, testPorts } from '../../fixtures/ports.ts';

const docker = new Docker({ socketPath: usualDockerSocket });
const bench = containerBench('image-per-rule');
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const [absent, other, third] = [digestOf('0'), digestOf('1'), digestOf('2')];
const failure = (because: RegExp) => ({
  kind: 'failed',
  because: expect.stringMatching(because),
  facts: { started: false },
});

/** The usual image with one file more, as an image of this test's own. */
const secondImage = async (content: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-image-'));
  writeFileSync(join(folder, 'which-image'), content);
  const tar = execFileSync('tar', ['-c', '-C', folder, 'which-image']);
  rmSync(folder, { recursive: true });
  const container = await docker.createContainer({
    Image: usualSandboxImage,
    Cmd: ['true'],
    Labels: { 'sallyport.test': 'image-per-rule' },
  });
  try {
    await container.putArchive(tar, { path: '/' });
    const { Id } = await container.commit({ changes: 'LABEL sallyport.test=image-per-rule' });
    return Id;
  } finally {
    await container.remove({ force: true });
  }
};

let second: string;
beforeAll(async () => {
  second = await secondImage('second');
});
afterAll(async () => {
  await bench.close();
  await docker.getImage(second).remove();
});

/** Removes an image, as soon as the containers of calls that have ended are gone. */
const removed = (image: string) =>
  expect
    .poll(
      () =>
        docker
          .getImage(image)
          .remove()
          .then(() => 'gone', String),
      { timeout: 10_000 },
    )
    .toBe('gone');

test('P5: what people approved in one image does not run in another that took its name', async () => {
  const { executor, workspace } = bench;
  const action = {
    tool: 'exec',
    args: { argv: ['true'] },
    sandbox: 'container',
    workspace: workspace(),
    approvedImage: second,
  } as const;
  const refused = await executor.execute(await permitFor(action, {}), new AbortController().signal);
  expect(refused).toMatchObject(failure(/image was replaced by another since it was approved: ask again/));
  const same = await executor.execute(await permitFor(action, { image: second }), new AbortController().signal);
  expect(same).toMatchObject({ kind: 'ok' });
});

test('without the image of its rule a call runs nowhere, and the message says which it is and how to get it', async () => {
  for (const [image, advice] of [
    [absent, /docker load/],
    [`registry.test/team/tools@${absent}`, /docker pull registry\.test\/team\/tools@sha256:0/],
  ] as const) {
    const found = await bench.executor.availability({ ...noGrants, image }, '/work/place');
    expect(found).toEqual({ kind: 'missing', because: expect.stringContaining(`the image \`${image}\``) });
    expect(await bench.run('true', bench.workspace(), { image })).toMatchObject(failure(/fetches none/));
    expect(await bench.run('true', bench.workspace(), { image })).toMatchObject(failure(advice));
  }
});

test('nobody is asked about a call whose image is missing', async () => {
  const { ports, told } = testPorts('ask', {
    classifier: {
      classify: async () => ({ kind: 'understood', action: actionOf('exec', caller.workspace, 'container') }),
    },
    policies: fixedPolicy(policyOf(() => decisionOf('ask', { image: absent }))),
    executors: { isolate: bench.executor, container: bench.executor },
  });
  const call = { id: 'call-1', tool: 'exec', args: {} };
  const result = await governedCall(call, caller, ports, new AbortController().signal, () => {});
  expect(result).toMatchObject({ outcome: 'refused', because: expect.stringContaining(absent) });
  expect(told.questions).toEqual([]);
});

/** Readiness as an engine says that has these images. */
const readinessWith = (images: Readonly<Record<string, FoundImage>>) => {
  const asked: string[] = [];
  const image: Engine['image'] = async (name) => {
    asked.push(name);
    const found = images[name];
    if (found === undefined) throw new Error('the engine is out of order');
    return found;
  };
  const engine: Engine = { ...engineAt('/nonexistent.sock', systemClock), image };
  const socketPath = '/nonexistent.sock';
  return { look: readinessOf({ engine, usualImage: 'usual:latest', socketPath, clock: systemClock }), asked };
};

test('an image with another digest than the one that was named never runs', async () => {
  const tools = 'registry.test/tools';
  const { look } = readinessWith({
    [absent]: { id: other, digests: [] },
    [`${tools}@${absent}`]: { id: other, digests: [`${tools}@${third}`] },
    [`${tools}@${third}`]: { id: other, digests: [`${tools}@${absent}`, `${tools}@${third}`] },
    [other]: { id: other, digests: [] },
  });
  expect(await look(absent)).toMatchObject({ kind: 'missing', because: expect.stringContaining(other) });
  expect(await look(`${tools}@${absent}`)).toMatchObject({ kind: 'missing' });
  expect(await look(`${tools}@${third}`)).toEqual({ kind: 'ready', imageId: other });
  expect(await look(other)).toEqual({ kind: 'ready', imageId: other });
});

test('an answer counts for the image it was given about, and few are remembered', async () => {
  const { look, asked } = readinessWith({ 'usual:latest': { id: other, digests: [] } });
  expect(await look('')).toEqual({ kind: 'ready', imageId: other });
  expect(await look(third)).toMatchObject({ kind: 'missing', because: expect.stringContaining('out of order') });
  await look('');
  expect(asked).toEqual(['usual:latest', third]);
  for (let index = 0; index < 64; index += 1) await look(`sha256:${String(index).padStart(64, '0')}`);
  await look('');
  expect(asked.filter((name) => name === 'usual:latest')).toHaveLength(2);
});

test('a call runs in the image that its rule names, and others in the configured one', async () => {
  const which = 'cat /which-image 2>/dev/null || echo usual';
  const inSecond = await bench.run(which, bench.workspace(), { image: second });
  expect(inSecond).toMatchObject({ kind: 'ok', output: 'second', facts: { image: second } });
  expect(await bench.run(which, bench.workspace())).toMatchObject({ kind: 'ok', output: 'usual\n' });
});

test('the image of a rule serves although the configured one is missing', async () => {
  const without = containerBench('no-usual-image', { image: 'sallyport-sandbox:never-built' });
  const image = second;
  expect(await without.executor.availability({ ...noGrants, image }, '/work/place')).toMatchObject({ kind: 'ready' });
  expect(await without.run('cat /which-image', without.workspace(), { image })).toMatchObject({ output: 'second' });
  await without.close();
});

test('a container that waits with one image is not taken for a call of another', async () => {
  const pool = { perProfileMax: 1, containersMax: 4, idleMs: 60_000 };
  const own = containerBench('waiting-images', { pool });
  const workspace = own.workspace();
  const grants = { ...noGrants, read: ['.'] };
  await own.executor.warm([{ workspace, grants }]);
  const which = 'cat /which-image 2>/dev/null || echo usual';
  const inSecond = await own.run(which, workspace, { read: ['.'], image: second });
  expect(inSecond).toMatchObject({ output: 'second', facts: { wasWaiting: false } });
  expect(await own.run(which, workspace, { read: ['.'] })).toMatchObject({
    output: 'usual\n',
    facts: { wasWaiting: true },
  });
  await own.close();
});

test('an image that is removed while it is remembered runs nowhere', async () => {
  const brief = await secondImage('brief');
  expect(await bench.run('cat /which-image', bench.workspace(), { image: brief })).toMatchObject({ output: 'brief' });
  await removed(brief);
  const after = await bench.run('cat /which-image', bench.workspace(), { image: brief });
  expect(after).toMatchObject({ kind: 'failed', because: expect.stringMatching(/no such image/i) });
  expect(after.facts).toMatchObject({ started: false });
});
