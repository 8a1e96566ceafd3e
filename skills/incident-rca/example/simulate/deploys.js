// Releases: one pod after the other gets the new code, and the pipeline writes down what it did.

import { logfmt } from './record.js';

export const runDeploys = ({ clock, random, record, pods, plan, releases, commitOf }) => {
  const log = (fields) => record.append('logs/deploys/deploys.log', logfmt({ time: clock.iso(), ...fields }));
  const version = (tag) => ({ release: releases.get(tag), commit: commitOf.get(tag) });

  clock.at(plan.startMs, () => {
    for (const name of pods.names) pods.replace(name, version(plan.first));
  });

  plan.releases.forEach(({ atMs, tag, by }, index) => {
    const previous = plan.releases[index - 1]?.tag ?? plan.first;
    const what = { service: 'checkout', tag, commit: commitOf.get(tag) };
    clock.at(atMs + random.below(20_000), () =>
      log({ event: 'deploy.started', ...what, previous_tag: previous, previous_commit: commitOf.get(previous), by }),
    );
    pods.names.forEach((name, place) => {
      clock.at(atMs + 30_000 + place * 55_000 + random.below(9_000), () => {
        pods.replace(name, version(tag));
        log({ event: 'pod.replaced', ...what, pod: name });
      });
    });
    clock.at(atMs + 165_000, () => log({ event: 'deploy.finished', ...what, seconds: 165, result: 'healthy' }));
  });

  for (const { atMs, service, by } of plan.otherReleases) {
    const what = { service, commit: random.hex(12) + random.hex(12) + random.hex(12) + random.hex(4) };
    clock.at(atMs + random.below(30_000), () => log({ event: 'deploy.started', ...what, by }));
    clock.at(atMs + 95_000, () => log({ event: 'deploy.finished', ...what, seconds: 80 + random.below(15), result: 'healthy' }));
  }
};
