import { join } from 'node:path';
import { openLedger } from '../../src/cli/open-ledger.ts';
import { withSearchIndex } from '../../src/cli/open-search.ts';
import { draftRecord } from '../../src/kernel/record-draft.ts';
import type { LedgerHead } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import type { JsonObject } from '../../src/kernel/types.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { catchUp } from '../../src/ledger/search/catch-up.ts';
import { matchOf, parseQuery } from '../../src/ledger/search/query.ts';
import { searchRecords } from '../../src/ledger/search/search.ts';
import { matching } from '../../src/ledger/search/tables.ts';
import { openConnection } from '../../src/store/connection.ts';
import { type Figure, percentile, rateFigure, timeFigure, timesOf } from './measure.ts';

/** The figure of the project is about a million; making and reading so many takes minutes, so they are asked for: `--whole`. */
const records = process.argv.includes('--whole') ? 1_000_000 : 100_000;
const pageRecords = 10_000;
const startedAt = Date.parse('2026-11-01T00:00:00Z');
const apartMs = 1_000;

const queries = [
  'timeout',
  'connection timeout',
  '"connection refused"',
  '"exit status"',
  'ticket1234',
  'nowhere',
  'serv*',
  'tool:exec',
  'verdict:deny agent:agent7',
  'verdict:deny timeout',
  'path:src/module12',
  'host:example.com tool:http',
  'run:run-77',
  'timeout since:1h',
  'verdict:deny since:2d until:2026-11-12',
  'deploy -verdict:allow',
  'tool:write verdict:deny "read only"',
  'person:person3 label:untrusted refused',
] as const;

/** The time of a search, and how fast the index catches up. */
export async function benchSearch(directory: string): Promise<readonly Figure[]> {
  const home = join(directory, 'search-home');
  const { store } = await openLedger(home, systemClock);
  await fill(join(home, 'sallyport.db'));
  const now = startedAt + records * apartMs;
  const never = new AbortController().signal;
  const figures = await withSearchIndex(home, async (index) => {
    global.gc?.();
    const before = process.memoryUsage().rss;
    let highest = before;
    const begun = performance.now();
    await catchUp(
      index,
      store,
      () => {
        highest = Math.max(highest, process.memoryUsage().rss);
      },
      never,
    );
    const perSecond = records / ((performance.now() - begun) / 1_000);
    const parsed = queries.map((query) => parseQuery(query, now));
    const times = await timesOf(queries.length * 12, queries.length, async (turn) => {
      const query = parsed[turn % parsed.length];
      if (query !== undefined) await searchRecords(index, store, query, 50);
    });
    const bare = await timesOf(queries.length * 12, queries.length, async (turn) => {
      const query = parsed[turn % parsed.length];
      if (query !== undefined) await matching(index, matchOf(query), 1, records + 1, 51);
    });
    const all = `${records.toLocaleString('en')} records`;
    return [
      timeFigure(
        `search in ${all}, p95`,
        percentile(times, 0.95),
        'ms',
        100,
        percentile(bare, 0.95),
        'bare FTS5 query',
      ),
      timeFigure(`search in ${all}, p50`, percentile(times, 0.5), 'ms', 100, percentile(bare, 0.5), 'bare FTS5 query'),
      rateFigure('records read for searching', perSecond, 5_000, await bareIndexing(directory), 'bare FTS5 inserts'),
      {
        name: 'memory while reading them',
        value: (highest - before) / 1_048_576,
        unit: 'MiB',
        floor: 32,
        floorName: 'cache of the index',
        aim: '≤ 256 MiB',
        isMet: highest - before <= 268_435_456,
      } satisfies Figure,
    ];
  });
  await store.close();
  return figures;
}

/** Puts records into an empty ledger, as fast as the disk takes them. */
async function fill(path: string): Promise<void> {
  const connection = await openConnection(path, 10_000);
  await connection.script('PRAGMA synchronous = OFF');
  let head: LedgerHead = genesis;
  for (let first = 0; first < records; first += pageRecords) {
    const rows = Array.from({ length: Math.min(pageRecords, records - first) }, (_, offset) => {
      const number = first + offset;
      const row = linkRecord(
        head,
        draftRecord({ type: typeOf(number), body: bodyOf(number) }, startedAt + number * apartMs),
      );
      head = row;
      return [row.seq, row.text, row.hash, row.at, row.type, row.run, row.call, row.digest];
    });
    const values = [0, 1, 2, 3, 4, 5, 6, 7].map((column) => `value ->> ${column}`).join(', ');
    await connection.all(`INSERT INTO records SELECT ${values} FROM json_each(?)`, JSON.stringify(rows));
  }
  await connection.close();
}

/** Spreads numbers over a list, differently for each salt. */
const pick = <T>(list: readonly T[], number: number, salt: number): T | undefined =>
  list[(Math.imul(number + salt * 40_503, 2_654_435_761) >>> 12) % list.length];

const verbs = ['deploy', 'restart', 'inspect', 'migrate', 'rollback', 'build', 'check', 'list'] as const;
const things = [
  'service',
  'server',
  'database',
  'queue',
  'cache',
  'gateway',
  'worker',
  'cluster',
  'certificate',
] as const;
const ends = [
  'connection timeout',
  'connection refused',
  'exit status 1',
  'read only file system',
  'done',
  'no such file',
] as const;
const tools = ['exec', 'read', 'write', 'http', 'js', 'search'] as const;

const typeOf = (number: number) =>
  number % 9 === 0 ? 'call-refused' : number % 2 === 0 ? 'call-intended' : 'call-finished';

function bodyOf(number: number): JsonObject {
  const run = `run-${Math.floor(number / 40)}`;
  const agent = `agent${Math.floor(number / 40) % 12}`;
  const caller = {
    agent,
    run,
    session: `agent:${agent}:cli`,
    sender: `person${number % 5}`,
    channel: 'cli',
    labels: ['untrusted'],
  };
  const words = `${pick(verbs, number, 1)} ${pick(things, number, 2)} ticket${number % 20_000}`;
  const end = pick(ends, number, 3) ?? 'done';
  const call = `call-${Math.floor(number / 2)}`;
  if (typeOf(number) === 'call-finished') {
    return {
      call,
      caller,
      outcome: number % 7 === 0 ? 'failed' : 'ok',
      output: `${words}: ${end}\nafter ${number % 997} steps on host${number % 300}`,
    };
  }
  const tool = pick(tools, number, 4) ?? 'exec';
  const path = `src/module${number % 64}/file${number % 1_000}.ts`;
  const effects = [
    { kind: 'tool', name: tool, standing: 'implied' },
    { kind: 'write', path, absolute: `/work/${path}`, standing: 'own' },
    {
      kind: 'connect',
      host: `api${number % 50}.example.com`,
      port: 443,
      method: 'GET',
      url: 'https://api.example.com/',
      standing: 'own',
    },
  ];
  const verdict = number % 9 === 0 ? 'deny' : 'allow';
  const rules = [{ policy: 'ci', rule: `rule-${number % 30}`, verdict, because: 'work is done like this' }];
  const because = verdict === 'deny' ? `refused: ${end}` : '';
  return { call, caller, tool, args: { command: `${words} --path ${path}` }, effects, verdict, rules, because };
}

/** Words of about the same length into a bare index, without reading, parsing or hashing. */
async function bareIndexing(directory: string): Promise<number> {
  const connection = await openConnection(join(directory, 'bare.db'), 10_000);
  await connection.script(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE VIRTUAL TABLE bare USING fts5 (words, content = '', columnsize = 0)",
  );
  const count = 50_000;
  const begun = performance.now();
  for (let first = 0; first < count; first += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, offset) => {
      const { args, output, tool } = bodyOf(first + offset);
      return [first + offset + 1, `${JSON.stringify(args ?? output)} ${tool} ${'f0123456789abcdef0123 '.repeat(12)}`];
    });
    await connection.all(
      'INSERT INTO bare (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      JSON.stringify(rows),
    );
  }
  const seconds = (performance.now() - begun) / 1_000;
  await connection.close();
  return count / seconds;
}
