// Finds when errors went up for good, in which service they began, and which warnings are new.
//
// For the tool `js`. input: { logs: folder with one folder of *.log for each service }.
// Reads JSON lines, logfmt and plain lines (`<time> <LEVEL> [<request>] <text>`, Postgres's own form too).
// An answer is a line with a status and a duration; it failed if the status is 500 or more. A service without answers is
// measured by the share of its lines that are errors. Text of the lines is only counted, never obeyed.

const logs = input?.logs ?? 'logs';

async function eachLine(path, visit) {
  let rest = '';
  let offset = 0;
  for (;;) {
    const part = await host.readText(path, { offset, length: 1_048_576 });
    const lines = (rest + part.text).split('\n');
    rest = lines.pop();
    for (const line of lines) visit(line);
    if (part.isEnd) break;
    offset = part.nextOffset;
  }
  if (rest !== '') visit(rest);
}

const plainHead = /^(\S+)[T ](\d\d:\d\d:\d\d\S*) (?:UTC \[\d+\] )?([A-Z]+):? +(?:\[([^\]]+)\] )?(.*)$/;

/** Fields of a line: time, level, status, … as text; undefined where the line has no known form. */
function fieldsOf(line) {
  if (line.startsWith('{')) {
    try {
      return JSON.parse(line);
    } catch {
      return undefined;
    }
  }
  const head = plainHead.exec(line);
  const pairs = {};
  for (const [, key, quoted, bare] of line.matchAll(/(?:^|\s)([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    pairs[key] ??= quoted ?? bare;
  }
  if (!head) return pairs.time === undefined ? undefined : pairs;
  const [, day, clock, level, request, text] = head;
  return { ...pairs, time: `${day}T${clock}`, level: level.toLowerCase(), request_id: request, msg: text };
}

const isBadLevel = (level) => level === 'error' || level === 'fatal' || level === 'panic';
const isLoud = (level) => isBadLevel(level) || level === 'warn' || level === 'warning';
/** What a line says, without what differs from line to line. */
const signatureOf = (fields) =>
  [fields.code, (fields.msg ?? `status ${fields.status} from ${withoutPod(fields.upstream)}`).replace(/\S*\d\S*/g, '#')]
    .filter(Boolean)
    .join(': ')
    .slice(0, 120);
const withoutPod = (upstream) => (upstream ?? '').replace(/-\d+$/, '');

const minuteOf = (time) => Math.floor(Date.parse(`${time.slice(0, 10)}T${time.slice(11, 16)}:00Z`) / 60_000);
const textOf = (minute) => `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;

const services = new Map();
const signatures = new Map();
let lineCount = 0;
let unknownLines = 0;
let firstMinute = Infinity;
let lastMinute = -Infinity;

function look(service, line) {
  if (line === '') return;
  lineCount += 1;
  const fields = fieldsOf(line);
  const minute = fields?.time === undefined ? Number.NaN : minuteOf(fields.time);
  if (Number.isNaN(minute)) {
    unknownLines += 1;
    return;
  }
  firstMinute = Math.min(firstMinute, minute);
  lastMinute = Math.max(lastMinute, minute);
  const status = Number(fields.status);
  const isAnswer = status >= 100 && (fields.duration_ms ?? fields.took) !== undefined;
  const isFailed = isAnswer ? status >= 500 : isBadLevel(fields.level);
  service.all.push(minute);
  if (isAnswer) service.answers.push(minute);
  if (isAnswer && isFailed) service.failed.push({ minute, upstream: withoutPod(fields.upstream), fields });
  if (!isAnswer && isFailed) service.errorLines.push({ minute, upstream: '', fields });
  if (!isFailed && !isLoud(fields.level)) return;
  const key = `${service.name} ${signatureOf(fields)}`;
  let signature = signatures.get(key);
  if (!signature) {
    signature = { service: service.name, text: signatureOf(fields), code: fields.code, first: fields.time, minutes: [] };
    signatures.set(key, signature);
  }
  if (fields.time < signature.first) signature.first = fields.time;
  signature.minutes.push(minute);
}

for (const folder of (await host.list(logs)).entries) {
  if (folder.kind !== 'directory') continue;
  const service = { name: folder.name, all: [], answers: [], failed: [], errorLines: [] };
  for (const file of (await host.list(`${logs}/${folder.name}`)).entries) {
    if (file.kind !== 'file' || !file.name.endsWith('.log')) continue;
    await eachLine(`${logs}/${folder.name}/${file.name}`, (line) => look(service, line));
  }
  services.set(folder.name, service);
}
if (lineCount === 0) throw new Error(`no log lines under \`${logs}\``);

// Change point: the minute that splits the series best into two binomial rates (largest likelihood ratio), if the rate
// rises at least threefold and stays up. A peak of a few minutes is not a change, nor are errors now and then. The same is
// then asked of the time before, because a fault can begin in one pod and reach the next one later.
const minutesBeforeMin = 10;
const minutesAfterMin = 3;
const likelihoodRatioMin = 15;
const shareStaysUpMin = 0.6;

const binomial = (failed, all) => {
  const part = (count) => (count > 0 ? count * Math.log(count / all) : 0);
  return part(failed) + part(all - failed);
};

function findRise(all, failed, end) {
  const sums = (values) => {
    const totals = [0];
    for (let index = 0; index < end; index += 1) totals.push(totals[index] + values[index]);
    return totals;
  };
  const [allTo, failedTo] = [sums(all), sums(failed)];
  let best = { ratio: 0 };
  for (let split = minutesBeforeMin; split <= end - minutesAfterMin; split += 1) {
    const before = [failedTo[split], allTo[split]];
    const after = [failedTo[end] - failedTo[split], allTo[end] - allTo[split]];
    if (before[1] === 0 || after[1] === 0) continue;
    const rates = [before[0] / before[1], after[0] / after[1]];
    if (rates[1] < 3 * Math.max(rates[0], 0.005)) continue;
    const ratio = binomial(...before) + binomial(...after) - binomial(failedTo[end], allTo[end]);
    if (ratio > best.ratio) best = { ratio, split, rates };
  }
  if (best.ratio < likelihoodRatioMin) return undefined;
  const middle = (best.rates[0] + best.rates[1]) / 2;
  const after = all.slice(best.split, end).map((count, index) => count > 0 && failed[best.split + index] / count > middle);
  if (after.filter(Boolean).length < shareStaysUpMin * after.length) return undefined;
  return findRise(all, failed, best.split) ?? best;
}

const minuteCount = lastMinute - firstMinute + 1;
const perMinute = (minutes) => {
  const counts = new Array(minuteCount).fill(0);
  for (const minute of minutes) counts[minute - firstMinute] += 1;
  return counts;
};
const percent = (part, whole) => (whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10);

const findings = [...services.values()].map((service) => {
  const isAnswering = service.answers.length > 0;
  const failures = isAnswering ? service.failed : service.errorLines;
  const exposure = isAnswering ? service.answers : service.all;
  const rise = findRise(perMinute(exposure), perMinute(failures.map(({ minute }) => minute)), minuteCount);
  const start = rise ? firstMinute + rise.split : undefined;
  const during = (minutes) => minutes.filter((minute) => start !== undefined && minute >= start).length;
  const failedMinutes = failures.map(({ minute }) => minute);
  const blames = {};
  for (const { minute, upstream } of failures) {
    if (start !== undefined && minute >= start && upstream !== '') blames[upstream] = (blames[upstream] ?? 0) + 1;
  }
  return {
    service: service.name,
    measuredBy: isAnswering ? 'answers' : 'lines',
    answers: exposure.length,
    failed: failures.length,
    startedAt: start === undefined ? null : textOf(start),
    percentBefore: percent(failures.length - during(failedMinutes), exposure.length - during(exposure)),
    percentAfter: start === undefined ? null : percent(during(failedMinutes), during(exposure)),
    blames,
  };
});

// Where it began: of the services that changed, one that blames no other of them; of several, the earliest.
const changed = findings.filter(({ startedAt }) => startedAt !== null);
const isChanged = (name) => changed.some(({ service }) => service === name);
const roots = changed.filter(({ blames, service }) => !Object.keys(blames).some((name) => name !== service && isChanged(name)));
const [origin = null] = (roots.length > 0 ? roots : changed).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));

const sentenceOf = ({ service, measuredBy, startedAt, percentBefore, percentAfter, failed, answers }) =>
  startedAt === null
    ? `${service}: no lasting rise (${failed} of ${answers} ${measuredBy} are errors, ${percentBefore} %)`
    : `${service}: from ${percentBefore} % of its ${measuredBy} to ${percentAfter} % since ${startedAt}`;

const result = {
  logs,
  from: textOf(firstMinute),
  to: textOf(lastMinute),
  lines: lineCount,
  unknownLines,
  services: findings,
  origin,
  edge: null,
  topCode: null,
  newWarnings: [],
  // Folders that are no service, such as the pipeline's, have nothing to say here.
  sentences: findings.filter(({ measuredBy, failed }) => measuredBy === 'answers' || failed > 0).map(sentenceOf),
  warningSentences: [],
  firstFailed: null,
};

if (origin !== null) {
  const start = minuteOf(origin.startedAt);
  // A pod can fail some minutes before the rate of the whole service shows it.
  const soon = start - 60;
  const own = [...signatures.values()].filter(({ service, code }) => service === origin.service && code !== undefined);
  const after = ({ minutes }) => minutes.filter((minute) => minute >= start).length;
  const [top] = own.sort((a, b) => after(b) - after(a));
  result.topCode = top?.code ?? null;
  result.newWarnings = [...signatures.values()]
    .filter(({ minutes }) => minutes.every((minute) => minute >= soon))
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .slice(0, 20)
    .map(({ service, text, first, minutes }) => ({ service, text, firstSeen: first, times: minutes.length }));
  result.warningSentences = result.newWarnings.map(
    (warning) => `${warning.firstSeen} ${warning.service}: "${warning.text}", ${warning.times === 1 ? 'once' : `${warning.times} times`}`,
  );

  // One request to follow: the first that failed at the edge with the new code behind it.
  const edge = changed.find(({ blames }) => blames[origin.service] !== undefined) ?? origin;
  result.edge = edge.service;
  const ids = new Set(
    [...services.get(origin.service).failed, ...services.get(origin.service).errorLines]
      .filter(({ fields }) => fields.code === result.topCode)
      .map(({ fields }) => fields.request_id),
  );
  const first = services
    .get(edge.service)
    .failed.filter(({ fields }) => ids.has(fields.request_id))
    .sort((a, b) => (a.fields.time < b.fields.time ? -1 : 1))[0];
  if (first) {
    const { request_id: requestId, time, status, attempts, duration_ms: durationMs } = first.fields;
    result.firstFailed = { requestId, time, status: Number(status), attempts: Number(attempts ?? 1), durationMs: Number(durationMs) };
  }
}
return result;
