import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { noGrants } from '../../../src/kernel/limits.ts';
import { createPlansAhead, type Planned } from '../../../src/sandbox/container/plans-ahead.ts';
import { handClock } from '../../fixtures/hand-clock.ts';

const bench = (plan?: () => Promise<string>) => {
  const clock = handClock(1_000);
  let count = 0;
  const counted = async ({ workspace }: Planned) => `${workspace} ${++count}`;
  return { clock, plans: createPlansAhead<string>(plan ?? counted, clock), made: () => count };
};
const call = (workspace = '/w'): Planned => ({ workspace, grants: { ...noGrants } });

test('a plan serves the call it was begun for, and no other with grants that are merely equal', async () => {
  const { plans } = bench();
  const one = call();
  plans.begin(one);
  await turn();
  expect(await plans.planFor(call())).toBe('/w 2');
  expect(await plans.planFor(one)).toBe('/w 1');
});

test('a plan serves once, in its own workspace, and only for a moment', async () => {
  const { clock, plans } = bench();
  const [twice, elsewhere, late] = [call(), call(), call()];
  for (const one of [twice, elsewhere, late]) plans.begin(one);
  await turn();
  expect(await plans.planFor(twice)).toBe('/w 1');
  expect(await plans.planFor(twice)).toBe('/w 4');
  expect(await plans.planFor({ ...elsewhere, workspace: '/other' })).toBe('/other 5');
  clock.set(1_026);
  expect(await plans.planFor(late)).toBe('/w 6');
});

test('a call that comes before its plan was begun makes it itself, and only it', async () => {
  const { plans, made } = bench();
  const early = call();
  plans.begin(early);
  expect(await plans.planFor(early)).toBe('/w 1');
  await turn();
  expect(made()).toBe(1);
});

test('a plan that cannot be made is the failure of its call, and of nobody else', async () => {
  const { plans } = bench(async () => {
    throw new Error('no such workspace');
  });
  const [asked, unasked] = [call(), call()];
  plans.begin(asked);
  plans.begin(unasked);
  await turn();
  await expect(plans.planFor(asked)).rejects.toThrow('no such workspace');
});
