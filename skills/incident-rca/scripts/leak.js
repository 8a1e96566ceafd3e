// Finds gauges that rise and never come back down: what is taken and not given back.
//
// For the tool `js`. input: { file, gauge, max }: a CSV with `minute`, a gauge column and a
// column with its bound, one row for each minute (and pod). The floor of a minute is the lowest value from then to
// the end; where a healthy pool returns to nothing, the floor of a leak only climbs.

const { file, gauge, max } = input ?? {};

const { text, isEnd } = await host.readText(file);
if (!isEnd) throw new Error(`\`${file}\` is longer than one read`);
const [header, ...rows] = text.trim().split('\n').map((line) => line.split(','));
const columnOf = (name) => {
  const index = header.indexOf(name);
  if (index < 0) throw new Error(`\`${file}\` has no column \`${name}\`, only: ${header.join(', ')}`);
  return index;
};
const [minuteColumn, gaugeColumn, maxColumn] = ['minute', gauge, max].map(columnOf);
const podColumn = header.indexOf('pod');

const series = new Map();
for (const row of rows) {
  const pod = podColumn < 0 ? 'all' : row[podColumn];
  if (!series.has(pod)) series.set(pod, []);
  series.get(pod).push({ minute: row[minuteColumn], value: Number(row[gaugeColumn]), bound: Number(row[maxColumn]) });
}

const pods = [...series].map(([pod, points]) => {
  let lowest = Infinity;
  const floors = points
    .toReversed()
    .map(({ minute, value, bound }) => {
      lowest = Math.min(lowest, value);
      return { minute, floor: lowest, bound };
    })
    .toReversed();
  const rises = floors.find(({ floor }) => floor > 0);
  const full = floors.find(({ floor, bound }) => bound > 0 && floor >= bound);
  const before = points.filter(({ minute }) => rises === undefined || minute < rises.minute);
  return {
    pod,
    risesFrom: rises?.minute ?? null,
    fullFrom: full?.minute ?? null,
    bound: points.at(-1).bound,
    steps: floors.filter(({ floor }, index) => index > 0 && floor > floors[index - 1].floor).map(({ minute, floor }) => `${minute} ${floor}`),
    highestBefore: Math.max(0, ...before.map(({ value }) => value)),
  };
});

const earliest = (key) => pods.map((pod) => pod[key]).filter((minute) => minute !== null).sort()[0] ?? null;
return {
  file,
  gauge,
  isLeaking: pods.some(({ fullFrom }) => fullFrom !== null),
  risesFrom: earliest('risesFrom'),
  fullFrom: earliest('fullFrom'),
  pods,
  sentences: pods.map(({ pod, risesFrom, fullFrom, bound, steps }) =>
    risesFrom === null
      ? `${pod}: comes back to nothing`
      : `${pod}: climbs from ${risesFrom} on, ${fullFrom === null ? 'not full yet' : `full (${bound}) from ${fullFrom} on`}; steps ${steps.join(', ')}`,
  ),
};
