// What a state home holds, read from outside between two lives of its processes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { StandingApproval, Store, StoredNote, StoredQuestion } from '../../src/kernel/store.ts';
import { systemClock } from '../../src/kernel/system-clock.ts';
import { hiddenIn } from '../../src/ledger/beside/hidden.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { genesis, linkRecord } from '../../src/ledger/record.ts';
import { defaultStoreLimits, openSqliteStore } from '../../src/store/sqlite.ts';

const named = z.union([z.string(), z.object({ id: z.string() })]).nullish();
const standing = z.union([z.string(), z.looseObject({ id: z.string(), usesLeft: z.number().nullable() })]).optional();
const record = z.object({
  seq: z.number(),
  hash: z.string(),
  type: z.string(),
  body: z.object({
    run: z.string().optional(),
    call: z.string().optional(),
    caller: z.object({ run: z.string() }).optional(),
    tool: z.string().optional(),
    digest: z.string().optional(),
    instance: z.string().optional(),
    outcome: z.string().optional(),
    recovered: z.boolean().optional(),
    phase: z.string().optional(),
    turn: z.number().optional(),
    started: z.number().optional(),
    intent: z.number().optional(),
    /** The id of a question, or the approval that an intent rests on. */
    approval: named,
    state: z.string().optional(),
    answer: z.string().optional(),
    by: z.union([z.string(), z.array(z.string())]).optional(),
    reason: z.string().optional(),
    text: z.string().optional(),
    agent: z.string().optional(),
    standing,
    rules: z.array(z.unknown()).optional(),
    args: z.looseObject({ wants: z.string().optional() }).optional(),
  }),
});

/** A record, as far as the checks look into it. */
export type SeenRecord = z.infer<typeof record>;

export interface HomeState {
  /** Why the chain does not verify; '' if it does. */
  readonly problem: string;
  readonly records: readonly SeenRecord[];
  readonly questions: readonly StoredQuestion[];
  readonly standing: readonly StandingApproval[];
  /** Numbers of the records whose steps are open. */
  readonly open: readonly number[];
  readonly notes: readonly StoredNote[];
  /** Commitments of records without a salt. */
  readonly unsalted: readonly string[];
  /** Why the outputs beside the records are not those that were written; '' if they are. */
  readonly outputsProblem: string;
  /** Digest of the call that took each effect. */
  readonly effects: readonly string[];
  /** Previews that are kept. */
  readonly previews: readonly string[];
}

/** More than a home of the harness gets. */
const many = 100_000;

/** Reads everything, as of one moment. `database` is opened as any process would open it. */
export async function readHome(database: string, effects: string, previews: string): Promise<HomeState> {
  const store = await openSqliteStore({ path: database, link: linkRecord, genesis, limits: defaultStoreLimits });
  try {
    for (;;) {
      const version = await store.version();
      const state = await readState(store, effects, previews);
      if ((await store.version()) === version) return state;
    }
  } finally {
    await store.close();
  }
}

async function readState(store: Store, effects: string, previews: string): Promise<HomeState> {
  const ledger = createLedger(store, systemClock);
  const verification = await ledger.verify(null);
  const parsed = (await Array.fromAsync(ledger.export())).map((line) => JSON.parse(line));
  const commitments = parsed.flatMap(({ body }) => hiddenIn(body, undefined).map(({ commitment }) => commitment));
  const salts = await Promise.all(commitments.map((one) => store.salt(one)));
  const outputs = await ledger.verifyOutputs();
  return {
    problem: verification.isSound ? '' : verification.problem,
    records: parsed.map((one) => record.parse(one)),
    questions: await store.questions({ states: [], run: null, call: null, limit: many }),
    standing: await store.standing(many),
    open: (await store.openSteps(many)).map(({ seq }) => seq),
    notes: await store.notes(''),
    unsalted: commitments.filter((_, index) => !salts[index]?.salt),
    outputsProblem: outputs.bad.length === 0 ? '' : JSON.stringify(outputs.bad),
    effects: existsSync(effects) ? linesOf(readFileSync(effects, 'utf8')) : [],
    previews: existsSync(previews) ? readdirSync(previews) : [],
  };
}

/** The first word of each whole line. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ')[0] ?? '');
