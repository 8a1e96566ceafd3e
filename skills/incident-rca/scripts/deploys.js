// Finds the release of a service that was live when its errors began, the one before it, and what else was released.
//
// For the tool `js`. input: { logs, service, before: minute such as 2026-11-19T12:54Z }.
// Reads the pipeline's log (logfmt, `event=deploy.started|pod.replaced|deploy.finished` with service, commit, tag) under
// `<logs>/deploys`, and believes it only where the service's own pods say the same: their `listening` lines name a commit.

const { logs = 'logs', service, before } = input ?? {};
if (typeof service !== 'string' || Number.isNaN(Date.parse(before))) throw new Error('needs `service` and `before`');

async function linesOf(path) {
  let text = '';
  let offset = 0;
  for (;;) {
    const part = await host.readText(path, { offset, length: 1_048_576 });
    text += part.text;
    if (part.isEnd) return text.split('\n').filter((line) => line !== '');
    offset = part.nextOffset;
  }
}

const filesOf = async (folder) =>
  (await host.list(folder)).entries
    .filter(({ kind, name }) => kind === 'file' && name.endsWith('.log'))
    .map(({ name }) => `${folder}/${name}`);

const logfmt = (line) =>
  Object.fromEntries(
    [...line.matchAll(/(?:^|\s)([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)].map(([, key, quoted, bare]) => [key, quoted ?? bare]),
  );

const minutesBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
const isCommit = (text) => /^[0-9a-f]{40}$/.test(text ?? '');

const events = [];
for (const path of await filesOf(`${logs}/deploys`)) events.push(...(await linesOf(path)).map(logfmt));
events.sort((a, b) => (a.time < b.time ? -1 : 1));

const releases = events
  .filter(({ event, commit }) => event === 'deploy.started' && isCommit(commit))
  .map((started) => {
    const same = (other) => other.service === started.service && other.commit === started.commit && other.time >= started.time;
    const finished = events.find((other) => other.event === 'deploy.finished' && same(other));
    return {
      service: started.service,
      tag: started.tag ?? null,
      commit: started.commit,
      by: started.by ?? null,
      startedAt: started.time,
      finishedAt: finished?.time ?? null,
      result: finished?.result ?? 'unfinished',
      minutesBefore: minutesBetween(started.time, before),
    };
  });

// What the pods themselves said when they came up.
const starts = [];
for (const path of await filesOf(`${logs}/${service}`)) {
  for (const line of await linesOf(path)) {
    if (!line.includes('"listening"')) continue;
    const { time, pod, commit, msg } = JSON.parse(line);
    if (msg === 'listening') starts.push({ time, pod, commit });
  }
}
starts.sort((a, b) => (a.time < b.time ? -1 : 1));

const own = releases.filter((release) => release.service === service && release.startedAt < before);
const suspect = own.at(-1) ?? null;
const earlier = own.at(-2);
const wentLive = starts.filter(({ commit, time }) => commit === suspect?.commit && time < before);
const startedEvent = events.find(({ event, commit }) => event === 'deploy.started' && commit === suspect?.commit);

const others = releases.filter(
  (release) => release !== suspect && (release.minutesBefore <= 120 || release.startedAt > (suspect?.startedAt ?? before)),
);

return {
  service,
  before,
  suspect,
  // The pipeline names what it replaced; without that, it is the release before.
  previous: suspect && {
    tag: startedEvent?.previous_tag ?? earlier?.tag ?? null,
    commit: startedEvent?.previous_commit ?? earlier?.commit ?? null,
  },
  isConfirmedByPods: wentLive.length > 0,
  pods: wentLive,
  // Released in the two hours before, or since the suspect: candidates to rule out.
  others,
  otherSentences: others.map((other) => `${other.service}, ${other.startedAt}, by ${other.by ?? 'somebody'} (${other.result})`),
  all: releases.length,
};
